"""Converts a model to ONNX: `<the user's python> python/convert`, with what is wanted as one line of JSON on stdin.

Runs in the user's environment, because that has the libraries that the model is made of. Whoever starts it keeps stdin
open for as long as it wants an answer: this process and what it has started end with it, even if the one that asked was
killed. On stdout is one JSON object a line: how far it has come, and last what became of it.
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

if __name__ == "__main__":
    if sys.path and os.path.abspath(sys.path[0]) == HERE:
        del sys.path[0]
    sys.path.insert(0, HERE)
    from loopwright_convert.work import main

    # What a model's own code imports is looked for where the user has it, not here.
    sys.path.remove(HERE)
    sys.exit(main())
