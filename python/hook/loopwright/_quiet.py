"""Keeps warnings of work that only capture does to itself."""
import warnings


class Quiet:
    """Ignores warnings without a trace: the script's own are shown as often as without it.

    `warnings.catch_warnings` makes Python forget which places have warned already, so that the script's warnings
    would be shown again. An entry in the list of filters does not.
    """

    def __enter__(self):
        self._filters = warnings.filters
        self._entry = ("ignore", None, Warning, None, 0)
        self._filters.insert(0, self._entry)

    def __exit__(self, *_):
        for index, entry in enumerate(self._filters):
            if entry is self._entry:
                del self._filters[index]
                return
