"""Evidently's defaults over two tables, without a page: `evidently_drift.py REFERENCE CURRENT`. Prints how many columns drift."""

import sys
import warnings

import pandas

warnings.simplefilter("ignore")
from evidently.legacy.metrics import DataDriftTable  # noqa: E402
from evidently.legacy.report import Report  # noqa: E402

reference, current = (pandas.read_parquet(path) for path in sys.argv[1:3])
report = Report(metrics=[DataDriftTable()])
report.run(reference_data=reference, current_data=current)
print(report.as_dict()["metrics"][0]["result"]["number_of_drifted_columns"])
