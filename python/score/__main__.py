"""Runs a model that is not ONNX over rows of a table: `<the user's python> python/score`, in frames on stdin and stdout.

Runs in the user's environment, because that has the libraries that the model is made of. It ends with its stdin, and so with
whoever started it. How frames look is in `loopwright_score/frames.py`, what is asked and answered in `work.py`.
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

if __name__ == "__main__":
    if sys.path and os.path.abspath(sys.path[0]) == HERE:
        del sys.path[0]
    # What a model is read by is shared with converting.
    own = [HERE, os.path.join(os.path.dirname(HERE), "convert")]
    sys.path[:0] = own
    from loopwright_score.work import main

    # What a model's own code imports is looked for where the user has it, not here.
    for folder in own:
        sys.path.remove(folder)
    sys.exit(main())
