"""Says what a notebook's parameters are, and why it may not give the same once more. Nothing of it is executed.

    python -I -S <this folder>      one InspectRequest as JSON on stdin, one Inspection as JSON on stdout

The shapes are in src/protocol/notebooks.ts. What can't be answered ends with exit code 2 and `{"error":{code,message}}`.
"""
from __future__ import annotations

import dataclasses
import json
import sys

from reading import MAX_BYTES, Unreadable

CANNOT = 2


def main() -> int:
    try:
        answer: dict = _answer(_request(sys.stdin.buffer.read(2 * MAX_BYTES + 1)))
        code = 0
    except Unreadable as error:
        answer, code = {"error": {"code": error.code, "message": str(error)}}, CANNOT
    # ASCII: a lone surrogate in a source must not end us.
    sys.stdout.write(json.dumps(answer, separators=(",", ":")) + "\n")
    return code


def _request(data: bytes) -> dict:
    if len(data) > 2 * MAX_BYTES:
        raise Unreadable("bad_request", "The request is larger than a notebook may be.")
    try:
        request = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Unreadable("bad_request", "The request is no JSON: %s." % error)
    if not isinstance(request, dict):
        raise Unreadable("bad_request", "The request is no JSON object.")
    return request


def _answer(request: dict) -> dict:
    from inspecting import inspect

    inspection = inspect(request)
    return {name: [dataclasses.asdict(item) for item in value] if isinstance(value, list) else value
            for name, value in inspection.items()}


if __name__ == "__main__":
    sys.exit(main())
