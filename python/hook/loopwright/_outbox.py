"""Records of what is captured, on their way to the journal.

At the normal pace of a script a record is written at once and survives `kill -9`. A crowd of files would cost more to
write down than to open, so beyond a budget records wait together for at most `MAX_AGE` seconds of the script opening
files, and are written before the process ends, forks, replaces itself or kills itself.
"""
from time import monotonic, time

MAX_AGE = 0.4
_BUDGET = 500.0
_BUDGET_PER_SECOND = 200.0
_MAX_PENDING = 500

pending = {}  # key → record; the key is what `drop` takes away again

_budget = _BUDGET
_refilled = 0.0
_due = 0.0


def add(key, text):
    """Hand over a record, as the JSON text of its array."""
    global _budget, _refilled, _due
    now = monotonic()
    if pending:
        pending[key] = text
        if now > _due or len(pending) >= _MAX_PENDING:
            flush()
        return
    _budget = min(_BUDGET, _budget + (now - _refilled) * _BUDGET_PER_SECOND)
    _refilled = now
    if _budget >= 1:
        _budget -= 1
        from ._journal import append

        append(text)
    else:
        _due = now + MAX_AGE
        pending[key] = text


def drop(belongs):
    """Take back the records that still wait and whose key belongs to what another record tells."""
    for key in [key for key in list(pending) if belongs(key)]:
        pending.pop(key, None)


def flush():
    """Write what waits. A signal handler or another thread may add to it meanwhile; that stays for the next time."""
    if pending:
        from ._journal import append_all

        keys = list(pending)
        append_all([text for text in (pending.pop(key, None) for key in keys) if text is not None])


def forget():
    """In a forked process: what waits is the parent's to write."""
    pending.clear()


def milliseconds():
    return int(time() * 1000)


def has_budget():
    return not pending and _budget >= 2
