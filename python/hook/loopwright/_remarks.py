"""What the run's page should say of capture itself, and the script's terminal should not."""
from . import _journal
from ._journal import append, now, quote

_made = set()


def remark(kind, text):
    """A note of level `info`, the first of its kind in this process. Unlike other notes it stays off stderr."""
    if kind not in _made and _journal.is_enabled():
        _made.add(kind)
        append('["note",%d,"info",%s]' % (now(), quote(text)))
