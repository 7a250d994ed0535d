"""An ipykernel for one notebook: a line of JSON on stdin is a cell, lines of JSON on stdout are what it does.

Ends with its stdin. As the Jupyter extension does, the kernel works in the notebook's folder and is told its file.
"""
import json
import os
import signal
import sys

from jupyter_client.manager import KernelManager


def tell(kind, **message):
    sys.stdout.write(json.dumps(dict(message, kind=kind)) + "\n")
    sys.stdout.flush()


def on_output(message):
    kind, content = message["msg_type"], message["content"]
    if kind == "execute_input":
        tell("input", count=content["execution_count"])
    elif kind == "stream":
        tell("stream", name=content["name"], text=content["text"])
    elif kind == "error":
        tell("error", name=content["ename"], value=content["evalue"], traceback="\n".join(content["traceback"]))
    elif kind in ("display_data", "execute_result"):
        data = {mime: value if isinstance(value, str) else json.dumps(value)
                for mime, value in content["data"].items()}
        tell(kind, data=data)
    elif kind == "clear_output":
        tell("clear")


def main():
    file = sys.argv[1]
    manager = KernelManager()
    manager.start_kernel(cwd=os.path.dirname(file))
    signal.signal(signal.SIGINT, lambda *_: manager.interrupt_kernel())
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        client.execute_interactive("__vsc_ipynb_file__ = %r" % file, silent=True, store_history=False)
        for line in sys.stdin:
            reply = client.execute_interactive(json.loads(line), output_hook=on_output, allow_stdin=False)
            tell("done", ok=reply["content"]["status"] == "ok")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


main()
