"""What a cell of a notebook that is run whole puts out is cut in its kernel already, where nobody would keep it.

`print` in a kernel waits for nobody, and what it writes in a fifth of a second is one message: a cell that writes 1 GB
would have it encoded, sent and received as a whole, only for the driver (python/notebook) to keep 1 MB of it.
"""
import time

# As in python/notebook/loopwright_notebook/outputs.py; a test holds them equal.
MAX_CELL_OUTPUT_BYTES = 1_000_000
MAX_WHOLE_BYTES = 16_000_000
MAX_CELL_BYTES = 32_000_000

# A progress bar of many hours writes more than is kept of a cell, because it writes over itself; never as fast as this.
_BYTES_A_SECOND = 1_000_000
_MAX_MESSAGE = 4_000_000
# Threads may print for a cell that is over.
_MAX_CELLS = 8

_rooms = {}  # message that asked for a cell's execution → what it may still put out, and when that was so


def wrap(module):
    """Called with `jupyter_client.session`: everything that a kernel says goes through its `serialize`."""
    serialize = module.Session.serialize

    def serialize_shortened(self, msg, *args, **kwargs):
        try:
            msg = shortened(msg, time.monotonic())
        except Exception:
            pass  # sent as it is
        return serialize(self, msg, *args, **kwargs)

    module.Session.serialize = serialize_shortened


def shortened(msg, now):
    """The same message, or one like it with less in it and with what the driver has to know of the rest."""
    kind = msg["header"]["msg_type"]
    cell = (msg.get("parent_header") or {}).get("msg_id")
    if kind == "stream":
        return _stream(msg, cell, now)
    if kind in ("display_data", "execute_result", "update_display_data"):
        return _display(msg, cell, now, kind == "update_display_data")
    if kind == "clear_output":
        _rooms.pop(cell, None)
    return msg


def _stream(msg, cell, now):
    content = msg["content"]
    text = content["text"]
    taken = text[:min(_MAX_MESSAGE, _take(cell, len(text), now))]
    if len(taken) == len(text):
        return msg
    return dict(msg, content=dict(content, text=taken, missing=len(text) - len(taken)))


def _display(msg, cell, now, replaces):
    content = msg["content"]
    data, missing = {}, {}
    for mime, value in content["data"].items():
        size = _size(value)
        if mime == "text/plain" and isinstance(value, str) and size > MAX_CELL_OUTPUT_BYTES:
            missing[mime] = size - MAX_CELL_OUTPUT_BYTES
            data[mime] = value[:MAX_CELL_OUTPUT_BYTES]
        elif size > MAX_WHOLE_BYTES:
            missing[mime] = size
            data[mime] = ""
        else:
            data[mime] = value
    if missing:
        msg = dict(msg, content=dict(content, data=data, missing=missing))
    # One that replaces another takes no room.
    size = 0 if replaces else _size(data)
    if _take(cell, size, now) < size:
        return dict(msg, content=dict(content, data={}, left_out=True))
    return msg


def _take(cell, size, now):
    """How much of it there is room for."""
    room, since = _rooms.get(cell, (MAX_CELL_BYTES, now))
    room = min(MAX_CELL_BYTES, room + int((now - since) * _BYTES_A_SECOND))
    taken = min(size, room)
    _rooms[cell] = (room - taken, now)
    while len(_rooms) > _MAX_CELLS:
        _rooms.pop(next(iter(_rooms)), None)
    return taken


def _size(value):
    if isinstance(value, (str, bytes)):
        return len(value)
    if isinstance(value, dict):
        return sum(map(_size, value.values()))
    if isinstance(value, (list, tuple)):
        return sum(map(_size, value))
    return 8
