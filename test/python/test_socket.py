"""The runner's socket, as docs/run-folder.md describes it: who may do what, and that nobody holds the run up."""
import os
import socket
import struct
import unittest

from players import Wire
from support import PATIENCE, WAITS, RunnerTest, process_state, until


class Protocol(RunnerTest):
    def test_both_sides_prove_the_token(self):
        run = self.detach(self.python(WAITS))
        client = Wire(run)
        self.assertTrue(client.runner_is_genuine)
        client.attach()
        client.output_until(b"ready\r\n")
        self.file("go", "")
        output, state = client.until_ended()
        self.assertEqual(output, b"done\r\n")
        self.assertEqual(state, run.state)
        self.assertEqual(client.receive(), (b"", b""))
        client.close()

    def test_a_wrong_token_ends_the_connection(self):
        run = self.detach(self.python(WAITS))
        client = Wire(run, token=b"0" * 64)
        self.assertFalse(client.runner_is_genuine)
        self.assertEqual(client.receive(), (b"", b""))
        client.close()

    def test_nothing_is_done_for_a_stranger(self):
        run = self.detach(self.python(WAITS))
        for frame in (b"s" + struct.pack("<I", 7) + b"SIGKILL", b"i" + struct.pack("<I", 1) + b"x",
                      b"h" + struct.pack("<I", 1) + b"x", b"h" + struct.pack("<I", 0xFFFFFFFF), b"GET / HTTP/1.1\r\n"):
            with socket.socket(socket.AF_UNIX) as stranger:
                stranger.settimeout(20)
                stranger.connect(run.socket)
                stranger.sendall(frame)
                stranger.shutdown(socket.SHUT_WR)
                self.assertEqual(stranger.recv(99), b"", frame)
        self.assertEqual(run.state["state"], "running")

    def test_many_strangers_do_not_stop_the_run(self):
        run = self.detach(self.python(WAITS))
        strangers = []
        for _ in range(40):
            strangers.append(socket.socket(socket.AF_UNIX))
            strangers[-1].connect(run.socket)
        for stranger in strangers:
            stranger.close()
        client = until(lambda: self.try_connect(run))
        client.attach()
        client.output_until(b"ready")
        client.close()

    def try_connect(self, run):
        try:
            return Wire(run)
        except (AssertionError, OSError):
            return None

    def test_attach_detach_attach(self):
        run = self.detach(self.python("while True: print('answer', input())"))
        for text in (b"one", b"two", b"three"):
            client = Wire(run)
            client.attach()
            client.send(b"i", text + b"\r")
            client.output_until(b"answer " + text + b"\r\n")
            client.close()
        client = Wire(run)
        client.attach(tail=1 << 20)
        self.assertEqual(client.output_until(b"three\r\nanswer three\r\n"), run.output)
        client.close()

    def test_the_tail_is_as_long_as_asked_for(self):
        run = self.detach(self.python("print('0123456789'); input()"))
        run.output_has(b"0123456789\r\n")
        client = Wire(run)
        client.attach(tail=5)
        self.assertEqual(client.receive(), (b"o", b"789\r\n"))
        client.close()

    def test_several_clients_see_the_same(self):
        run = self.detach(self.python("input(); print('x' * 100000); input()"))
        clients = [Wire(run) for _ in range(5)]
        for client in clients:
            client.attach()
        clients[0].send(b"i", b"\r")
        for client in clients:
            self.assertEqual(client.output_until(b"x\r\n").count(b"x"), 100000)
            client.close()

    def test_the_size_follows_the_client(self):
        run = self.detach(self.python("import os, signal\n"
                                      "signal.signal(signal.SIGWINCH, lambda *_: os.write(1, b'%a\\n' % (os.get_terminal_size(),)))\n"
                                      "print('ready')\nwhile True: signal.pause()"))
        client = Wire(run)
        client.attach()
        client.output_until(b"ready")
        client.send(b"r", {"cols": 99, "rows": 33})
        client.output_until(b"columns=99, lines=33")
        client.close()

    def test_signals_by_name(self):
        run = self.detach(self.python("import os, signal\nsignal.signal(signal.SIGUSR1, lambda *_: os.write(1, b'usr1\\n'))\n"
                                      "print('ready')\nwhile True: signal.pause()"))
        client = Wire(run)
        client.attach()
        client.output_until(b"ready")
        client.send(b"s", b"SIGUSR1")
        client.output_until(b"usr1")
        self.assertFalse(run.state["stop_requested"])
        client.send(b"s", b"SIGNONSENSE")
        self.assertEqual(client.receive()[0], b"e")
        client.send(b"s", b"SIGKILL")
        _, state = client.until_ended()
        self.assertEqual((state["signal"], state["stop_requested"]), ("SIGKILL", True))
        client.close()

    def test_a_run_can_be_paused(self):
        run = self.detach(self.python(WAITS))
        client = Wire(run)
        client.send(b"s", b"SIGSTOP")
        child = run.state["child"]["pid"]
        until(lambda: process_state(child) == "T", "the pause")
        client.send(b"s", b"SIGCONT")
        until(lambda: process_state(child) != "T", "the end of the pause")
        client.close()

    def test_input_to_a_run_without_a_terminal_is_refused_with_words(self):
        run = self.python(WAITS)
        process = self.start(run)
        until(lambda: os.path.exists(run.socket))
        client = until(lambda: self.try_connect(run))
        client.attach()
        client.send(b"i", b"x")
        kinds = [client.receive()[0]]
        while kinds[-1] == b"o":
            kinds.append(client.receive()[0])
        self.assertEqual(kinds[-1], b"e")
        self.file("go", "")
        process.communicate(timeout=20)
        client.close()

    def test_a_slow_client_is_dropped_and_the_run_goes_on(self):
        run = self.detach(self.python("import os\nopen('/dev/tty').readline()\n"
                                      "for i in range(16 << 4): os.write(1, b'y' * 65536)\nprint('end')"))
        slow = Wire(run)
        slow.attach()
        quick = Wire(run)
        quick.send(b"i", b"\r")
        state = run.ended()
        self.assertEqual(state["exit_code"], 0)
        run.output_has(b"end\r\n")
        self.assertEqual(run.output.count(b"y"), 16 << 20)
        received = 0
        while True:
            kind, payload = slow.receive()
            if kind != b"o":
                break
            received += len(payload)
        self.assertEqual(kind, b"")  # not `x`: it was dropped before the end
        self.assertLess(received, 10 << 20)
        slow.close()
        quick.close()

    def test_input_that_nobody_reads_does_not_pile_up(self):
        run = self.detach(self.python("import time, tty; tty.setraw(0); print('ready'); time.sleep(60)"))
        client = Wire(run)
        client.attach()
        client.output_until(b"ready")
        kind = b""
        for _ in range(200):
            client.socket.settimeout(PATIENCE)
            client.send(b"i", b"z" * 60000)
            client.socket.settimeout(0.01)
            try:
                kind, _ = client.receive()
            except socket.timeout:
                continue
            if kind == b"e":
                break
        self.assertEqual(kind, b"e")
        client.close()


if __name__ == "__main__":
    unittest.main()
