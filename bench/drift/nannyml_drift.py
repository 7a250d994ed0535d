"""NannyML's defaults over two tables: `nannyml_drift.py REFERENCE CURRENT`. Prints how many columns drift, the current table as one chunk."""

import sys
import warnings

import pandas

warnings.simplefilter("ignore")
import nannyml  # noqa: E402

reference, current = (pandas.read_parquet(path) for path in sys.argv[1:3])
columns = list(reference.columns)
calculator = nannyml.UnivariateDriftCalculator(column_names=columns).fit(reference)
result = calculator.calculate(current).filter(period="analysis").to_df()
print(sum(bool(result[(name, "jensen_shannon", "alert")].any()) for name in columns))
