"""Runs that have no process of their own: a fold, a candidate of a search, a member of an ensemble."""
import os

from . import _api, _journal
from ._journal import MAX_KEY, MAX_PARAM, MAX_TAG, append, json_text, now


def new_id():
    """A UUID of version 7 as 32 hexadecimal digits: it sorts by time, like the ids of other runs.

    From the system's random numbers: the script's own generators must go on as if nobody had asked them.
    """
    milliseconds = now()
    random = int.from_bytes(os.urandom(10), "big")
    high = random >> 62 & 0xFFF
    low = random & (1 << 62) - 1
    return "%032x" % (milliseconds << 80 | 7 << 76 | high << 64 | 2 << 62 | low)


def child(name, start_ms, end_ms, params, metrics, tags=None, status="FINISHED"):
    """Record one; values of `params` and `tags` are strings, those of `metrics` numbers or nothing."""
    if not _journal.is_enabled():
        return
    numbers = []
    for key, value in metrics.items():
        text = _api._number_text(value)
        if text is not None:
            numbers.append("%s:%s" % (json_text(key[:MAX_KEY]), text))
    texts = json_text({key[:MAX_KEY]: text[:MAX_PARAM] for key, text in params.items()})
    marks = json_text({key[:MAX_KEY]: text[:MAX_TAG] for key, text in (tags or {}).items()})
    append('["child",%d,{"id":%s,"name":%s,"status":%s,"start_ms":%d,"end_ms":%d,"params":%s,"metrics":{%s},"tags":%s}]'
           % (now(), json_text(new_id()), json_text(name[:MAX_KEY]), json_text(status), start_ms,
              max(start_ms, end_ms), texts, ",".join(numbers), marks))
