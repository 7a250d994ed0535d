"""Which columns drift by Evidently's defaults, and whether the data set does. An order is `{"reference": PATH, "current": PATH}`."""

import warnings

import pandas

warnings.simplefilter("ignore")
from evidently.legacy.metrics import DataDriftTable  # noqa: E402
from evidently.legacy.report import Report  # noqa: E402
from serve import serve  # noqa: E402


def answer(order):
    reference, current = (pandas.read_parquet(order[side]) for side in ("reference", "current"))
    report = Report(metrics=[DataDriftTable()])
    report.run(reference_data=reference, current_data=current)
    result = report.as_dict()["metrics"][0]["result"]
    columns = result["drift_by_columns"]
    assert len(columns) == len(reference.columns)
    return {
        "drifting": [name for name, found in columns.items() if found["drift_detected"]],
        "drift": bool(result["dataset_drift"]),
    }


serve(answer)
