"""Which exceptions are our own trouble, when our code runs in the middle of the user's.

A signal handler may run, and raise, between any two instructions: also between two of ours. Swallowing what it raised
would take a timeout or an interruption from the script.
"""
import os

_OURS = os.path.dirname(os.path.abspath(__file__)) + os.sep
_STANDARD = os.path.dirname(os.__file__) + os.sep


def is_foreign(error):
    """Whether the exception comes from code that is neither ours nor that of a standard module that we called."""
    trace = error.__traceback__
    if trace is None:
        return False
    while trace.tb_next is not None:
        trace = trace.tb_next
    name = trace.tb_frame.f_code.co_filename
    return not (name.startswith(_OURS) or name.startswith("<frozen ") or name.startswith("<loopwright ")
                or (name.startswith(_STANDARD) and "site-packages" not in name))
