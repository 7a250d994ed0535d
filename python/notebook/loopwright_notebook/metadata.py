"""Times and states in a notebook's metadata, as papermill writes them."""
from __future__ import annotations

import datetime
from typing import Any

PENDING, RUNNING, COMPLETED, FAILED = "pending", "running", "completed", "failed"


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.timezone.utc)


class Metadata:
    def __init__(self, document: dict[str, Any], input_path: str, output_path: str, parameters: dict[str, Any]) -> None:
        self._document = document
        self._start = _now()
        old = document["metadata"].get("papermill")
        facts = dict(old) if isinstance(old, dict) else {
            "default_parameters": {}, "parameters": {}, "environment_variables": {}}
        if parameters:
            facts["parameters"] = parameters
        facts.update(input_path=input_path, output_path=output_path, start_time=self._start.isoformat(),
                     end_time=None, duration=None, exception=None)
        self._facts = document["metadata"]["papermill"] = facts
        for cell in document["cells"]:
            cell["metadata"]["papermill"] = {"exception": None, "start_time": None, "end_time": None, "duration": None,
                                             "status": PENDING}
            if cell["cell_type"] == "code":
                cell["execution_count"] = None
                cell["outputs"] = []

    def adopt(self, document: Any) -> None:
        """The document has become another object with the same content."""
        self._document, self._facts = document, document["metadata"]["papermill"]

    def begin(self, cell: dict[str, Any]) -> None:
        cell["metadata"]["papermill"].update(start_time=_now().isoformat(), status=RUNNING, exception=False)

    def end(self, cell: dict[str, Any], is_failed: bool) -> None:
        facts, end = cell["metadata"]["papermill"], _now()
        start = datetime.datetime.fromisoformat(facts["start_time"])
        facts.update(end_time=end.isoformat(), duration=(end - start).total_seconds(), status=COMPLETED)
        if is_failed:
            facts.update(exception=True, status=FAILED)
            self._facts["exception"] = True

    def finish(self) -> None:
        end = _now()
        self._facts.update(end_time=end.isoformat(), duration=(end - self._start).total_seconds())
        for cell in self._document["cells"]:
            facts = cell["metadata"]["papermill"]
            if facts["status"] == FAILED:
                break
            if facts["status"] == PENDING:
                facts["status"] = COMPLETED
