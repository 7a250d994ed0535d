"""A small event loop: descriptors with callbacks, and one place to wait."""
from __future__ import annotations

import select
import selectors
import sys

if hasattr(select, "poll") and sys.platform != "darwin":
    _Selector = selectors.PollSelector
else:
    _Selector = selectors.SelectSelector  # poll and kqueue do not work with every terminal on macOS


class Loop:
    """Both selectors live in this process's memory alone, so a forked process may go on with its copy."""

    def __init__(self) -> None:
        self._selector = _Selector()

    def watch(self, descriptor: int, on_read=None, on_write=None) -> None:
        """Replace what is watched of a descriptor; without any callback it is forgotten."""
        events = (selectors.EVENT_READ if on_read else 0) | (selectors.EVENT_WRITE if on_write else 0)
        if not events:
            self.forget(descriptor)
        elif descriptor in self._selector.get_map():
            self._selector.modify(descriptor, events, (on_read, on_write))
        else:
            self._selector.register(descriptor, events, (on_read, on_write))

    def forget(self, descriptor: int) -> None:
        """Must be called before the descriptor is closed."""
        if descriptor in self._selector.get_map():
            self._selector.unregister(descriptor)

    def turn(self, timeout: float | None) -> None:
        """Wait for the first event, at most `timeout` seconds, and run the callbacks of all that are there."""
        for key, events in self._selector.select(timeout):
            on_read, on_write = key.data
            if events & selectors.EVENT_READ and on_read and self._is_current(key):
                on_read()
            if events & selectors.EVENT_WRITE and on_write and self._is_current(key):
                on_write()

    def _is_current(self, key: selectors.SelectorKey) -> bool:
        """An earlier callback of the same turn may have closed or changed what this event was about."""
        return self._selector.get_map().get(key.fd) is key
