"""Runs a command on a pseudo-terminal: argv is [keys-file, columns, command…]. For terminal.test.ts.

What the terminal shows goes to stdout. Whenever the text in a line of the keys file has been shown, its keys are typed:
each line is JSON, ["text to wait for", "keys"]. The exit code is the command's.
"""
import fcntl
import json
import os
import pty
import struct
import sys
import termios

keys = [json.loads(line) for line in open(sys.argv[1])]
pid, master = pty.fork()
if pid == 0:
    os.execvp(sys.argv[3], sys.argv[3:])
fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[2]), 0, 0))
shown = b""
while True:
    try:
        data = os.read(master, 65536)
    except OSError:
        break
    if not data:
        break
    shown += data
    os.write(1, data)
    while keys and keys[0][0].encode() in shown:
        os.write(master, keys.pop(0)[1].encode())
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
