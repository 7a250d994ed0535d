"""How the runner and what starts runners put things into words."""
from __future__ import annotations


def duration(milliseconds: float) -> str:
    seconds = max(0, milliseconds) / 1000
    if seconds < 10:
        return "%.1fs" % seconds
    minutes, seconds = divmod(int(round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return "%dh %dm" % (hours, minutes)
    return "%dm %ds" % (minutes, seconds) if minutes else "%ds" % seconds
