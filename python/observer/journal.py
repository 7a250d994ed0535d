"""Journals of a run: the observer's own, and what it reads in those of others."""
from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator

from journal_writer import MAGIC, Journal, now_ms

__all__ = ["Journal", "now_ms", "first_records", "facts_of", "metrics_of"]


def first_records(run_dir: str) -> list[list]:
    """The `open` record of every journal of the run."""
    return [record for path in _paths(run_dir) for record in _read(path, b'["open"', only_first=True)]


def facts_of(run_dir: str, section: str) -> Iterator[dict]:
    """What all journals of the run say about a section, in the order of each."""
    for path in _paths(run_dir):
        for record in _read(path, b'["facts"', only_first=False):
            if len(record) == 4 and record[2] == section and isinstance(record[3], dict):
                yield record[3]


def metrics_of(run_dir: str) -> dict[str, float]:
    """The last value of each metric; of several processes that log the same, the latest."""
    times: dict[str, float] = {}
    values: dict[str, float] = {}
    for path in _paths(run_dir):
        for record in _read(path, b'["metric"', only_first=False):
            if len(record) == 4 and isinstance(record[3], dict):
                for key, value in record[3].items():
                    if isinstance(value, (int, float, str)) and record[1] >= times.get(key, float("-inf")):
                        times[key], values[key] = record[1], float(value)  # "NaN" and "Infinity", too
    return values


def _paths(run_dir: str) -> list[str]:
    folder = os.path.join(run_dir, "journals")
    try:
        return sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".lwj"))
    except OSError:
        return []


def _read(path: str, beginning: bytes, only_first: bool) -> Iterator[list]:
    """The records that begin so; a journal may hold millions of others, which are passed over as bytes."""
    try:
        with open(path, "rb", buffering=1 << 20) as file:
            if file.read(len(MAGIC)) != MAGIC:
                return
            while True:
                header = file.read(8)
                length = int.from_bytes(header[:4], "little")
                payload = file.read(length)
                if len(header) < 8 or len(payload) < length or not length:
                    return
                if payload.startswith(beginning) and zlib.crc32(payload) == int.from_bytes(header[4:], "little"):
                    yield json.loads(payload)
                if only_first:
                    return
    except (OSError, ValueError):
        return  # gone, or no JSON under a right checksum: its writer's affair
