"""
Which columns drift by NannyML's defaults: those with an alert in any chunk of the current table; and the share of chunks that have one.

An order is `{"reference": PATH, "current": PATH, "chunk": ROWS}`; without `chunk` both tables are cut into its ten chunks.
"""

import warnings

import pandas

warnings.simplefilter("ignore")
import nannyml  # noqa: E402
from serve import serve  # noqa: E402


def answer(order):
    reference, current = (pandas.read_parquet(order[side]) for side in ("reference", "current"))
    columns = list(reference.columns)
    calculator = nannyml.UnivariateDriftCalculator(column_names=columns, chunk_size=order.get("chunk")).fit(reference)
    result = calculator.calculate(current).filter(period="analysis").to_df()
    alerts = {name: result[(name, "jensen_shannon", "alert")].astype(bool) for name in columns}
    drifting = [name for name in columns if alerts[name].any()]
    chunks = sum(float(alerts[name].mean()) for name in columns) / len(columns)
    return {"drifting": drifting, "drift": len(drifting) > 0, "chunks": chunks}


serve(answer)
