"""What Evidently says of columns: by its own choice of test, and by each of its tests by name.

Usage: drift_evidently.py FOLDER, in which `car_loan.json` is (of drift_nannyml.py); writes `evidently.json` there.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy
import pandas
from evidently.legacy.calculations.stattests import get_stattest
from evidently.legacy.core import ColumnType
from evidently.legacy.metrics import DataDriftTable
from evidently.legacy.pipeline.column_mapping import ColumnMapping
from evidently.legacy.report import Report
from sklearn import datasets

warnings.simplefilter("ignore")

NUMBERS = [
    "psi",
    "jensenshannon",
    "kl_div",
    "wasserstein",
    "ks",
    "hellinger",
    "anderson",
    "cramer_von_mises",
    "mannw",
    "ed",
]
CATEGORIES = ["psi", "jensenshannon", "kl_div", "hellinger", "chisquare", "z", "g_test"]
# Its permutations take a second for each thousand rows.
PERMUTED_ROWS = 700


def halves(load):
    table = load(as_frame=True).frame.drop(columns="target")
    return table.iloc[: len(table) // 2], table.iloc[len(table) // 2 :]


def generated(seed, rows, shift):
    """Columns of every kind; `shift` is 0 where nothing moves."""
    random = numpy.random.default_rng(seed)
    grades = list("abcdefghij")
    weights = numpy.linspace(1, 3, 10)
    weights = weights + shift * numpy.arange(10)
    table = pandas.DataFrame(
        {
            "normal": random.normal(shift, 1, rows),
            "skewed": numpy.exp(random.normal(shift / 2, 1, rows)),
            "heavy": random.standard_t(2, rows) * (1 + shift),
            "rounded": random.normal(shift, 1, rows).round(1),
            "whole": random.poisson(30 + 4 * shift, rows),
            "narrow": random.integers(0, 22 + int(shift > 0), rows),
            "constant": numpy.full(rows, 2.5),
            "six": random.integers(0, 6, rows),
            "five": random.binomial(4, 0.5 + shift / 10, rows),
            "three": random.binomial(2, 0.3 + shift / 10, rows),
            "bit": random.binomial(1, 0.4 + shift / 8, rows),
            "gaps": numpy.where(random.random(rows) < 0.1, numpy.nan, random.poisson(12 + shift, rows)),
            "grade": random.choice(grades, rows, p=weights / weights.sum()),
            "side": random.choice(["left", "right"], rows, p=[0.5 - shift / 8, 0.5 + shift / 8]),
            "single": numpy.full(rows, "only"),
            "lands": random.choice(["de", "fr", "it", None], rows, p=[0.4, 0.3 + shift / 10, 0.2, 0.1 - shift / 10]),
        }
    )
    return table


def tables(folder):
    car_loan = json.loads((folder / "car_loan.json").read_text())
    yield "car loan", pandas.DataFrame(car_loan["reference"]), pandas.DataFrame(car_loan["current"])
    few = [pandas.DataFrame(car_loan[side]).head(600) for side in ("reference", "current")]
    yield "car loan, 600 rows", *few
    for load in (datasets.load_breast_cancer, datasets.load_wine, datasets.load_diabetes):
        yield load.__name__, *halves(load)
    for rows in (40, 500, 1000, 1001, 4000):
        for shift in (0, 0.2, 0.8):
            other = rows if rows == 500 else int(rows * 0.8)
            yield f"{rows} rows, shift {shift}", generated(rows, rows, 0), generated(rows + 1, other, shift)
    new = generated(5, 300, 0)
    yield "a category that the reference lacks", generated(6, 300, 0), new.assign(grade=new["grade"].replace("a", "z"))


def number(value):
    return None if value is None or numpy.isnan(value) else float(value)


def said(result):
    return {"score": number(result.drift_score), "threshold": result.actual_threshold, "drift": bool(result.drifted)}


def by_name(name, reference, current, kind):
    reference, current = reference.dropna().copy(), current.dropna().copy()
    try:
        return said(get_stattest(reference, current, kind, name)(reference, current, kind, None))
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


def main():
    folder = Path(sys.argv[1])
    cases = []
    for label, reference, current in tables(folder):
        numbers = list(reference.select_dtypes("number"))
        categories = [name for name in reference if name not in numbers]
        report = Report(metrics=[DataDriftTable()])
        mapping = ColumnMapping(numerical_features=numbers, categorical_features=categories)
        report.run(reference_data=reference, current_data=current, column_mapping=mapping)
        [table] = [metric["result"] for metric in report.as_dict()["metrics"]]
        for name in reference:
            isNumber = name in numbers
            kind = ColumnType.Numerical if isNumber else ColumnType.Categorical
            sides = (reference[name], current[name])
            tests = list(NUMBERS if isNumber else CATEGORIES)
            if not isNumber and max(map(len, sides)) <= PERMUTED_ROWS:
                tests.append("TVD")
            found = table["drift_by_columns"][name]
            cases.append(
                {
                    "table": label,
                    "column": name,
                    "type": "number" if isNumber else "category",
                    "integers": all(pandas.api.types.is_integer_dtype(side) for side in sides),
                    "reference": [None if pandas.isna(value) else value for value in sides[0].tolist()],
                    "current": [None if pandas.isna(value) else value for value in sides[1].tolist()],
                    "chosen": {
                        "test": found["stattest_name"],
                        "score": number(found["drift_score"]),
                        "threshold": found["stattest_threshold"],
                        "drift": bool(found["drift_detected"]),
                    },
                    "tests": {test: by_name(test, *sides, kind) for test in tests},
                }
            )
    (folder / "evidently.json").write_text(json.dumps(cases))


main()
