"""What NannyML says of columns, chunk by chunk, by each of its methods.

Usage: drift_nannyml.py FOLDER; writes `car_loan.json` (its synthetic car loans) and `nannyml.json` there.
"""

import json
import sys
import warnings
from pathlib import Path

import nannyml
import numpy
import pandas
from sklearn import datasets

warnings.simplefilter("ignore")

NUMBERS = ["jensen_shannon", "hellinger", "kolmogorov_smirnov", "wasserstein"]
CATEGORIES = ["jensen_shannon", "hellinger", "l_infinity", "chi2"]


def car_loan():
    reference, current, _ = nannyml.load_synthetic_car_loan_dataset()
    left = ["id", "timestamp", "work_home_actual", "repaid", "y_pred_proba", "y_pred"]
    return reference.drop(columns=left, errors="ignore"), current.drop(columns=left, errors="ignore")


def generated(seed, rows, shift):
    random = numpy.random.default_rng(seed)
    return pandas.DataFrame(
        {
            "normal": random.normal(shift, 1, rows),
            "skewed": numpy.exp(random.normal(shift / 2, 1, rows)),
            "whole": random.poisson(30 + 4 * shift, rows),
            "bit": random.binomial(1, 0.4 + shift / 8, rows),
            "gaps": numpy.where(random.random(rows) < 0.1, numpy.nan, random.poisson(12 + shift, rows)),
            "grade": random.choice(list("abcdef"), rows, p=numpy.arange(1, 7) / 21),
            "side": random.choice(["left", "right"], rows, p=[0.5 - shift / 4, 0.5 + shift / 4]),
            "lands": random.choice(["de", "fr", "it", None], rows, p=[0.4, 0.3 + shift / 10, 0.2, 0.1 - shift / 10]),
        }
    )


def tables():
    yield "car loan", *car_loan()
    cancer = datasets.load_breast_cancer(as_frame=True).frame.drop(columns="target")
    yield "breast cancer", cancer.iloc[:280], cancer.iloc[280:]
    for rows, shift in ((1000, 0), (1003, 0.4), (12_000, 0.2)):
        yield f"{rows} rows, shift {shift}", generated(rows, rows, 0), generated(rows + 1, rows, shift)
    new = generated(5, 1000, 0)
    yield "a category that the reference lacks", generated(6, 1000, 0), new.assign(grade=new["grade"].replace("a", "z"))


def number(value):
    return None if value is None or pandas.isna(value) else float(value)


def plain(column):
    return [None if pandas.isna(value) else value for value in column.tolist()]


def main():
    folder = Path(sys.argv[1])
    loans = [{name: plain(side[name]) for name in side} for side in car_loan()]
    (folder / "car_loan.json").write_text(json.dumps(dict(zip(("reference", "current"), loans))))
    cases = []
    for label, reference, current in tables():
        calculator = nannyml.UnivariateDriftCalculator(
            column_names=list(reference), continuous_methods=NUMBERS, categorical_methods=CATEGORIES
        ).fit(reference)
        result = calculator.calculate(current)
        chunks = {period: result.filter(period=period).to_df() for period in ("reference", "analysis")}
        for name in reference:
            isNumber = name in result.continuous_column_names
            figures = {}
            for method in NUMBERS if isNumber else CATEGORIES:
                own = chunks["analysis"][name][method]
                figures[method] = {
                    "reference": [number(value) for value in chunks["reference"][name][method]["value"]],
                    "current": [number(value) for value in own["value"]],
                    "threshold": number(own["upper_threshold"].iloc[0]),
                    "drift": [bool(alert) for alert in own["alert"]],
                }
            cases.append(
                {
                    "table": label,
                    "column": name,
                    "type": "number" if isNumber else "category",
                    "reference": plain(reference[name]),
                    "current": plain(current[name]),
                    "methods": figures,
                }
            )
    (folder / "nannyml.json").write_text(json.dumps(cases))


main()
