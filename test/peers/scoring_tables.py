"""Tables and models for batch scoring, and whether its output is what Python's runtime says.

scoring_tables.py make DIR      writes models (scikit-learn, skl2onnx) and tables
scoring_tables.py check DIR     compares each output with onnxruntime on the table as pandas reads it; says how many values
"""

import os
import sys

import numpy
import pandas

what, folder = sys.argv[1:3]
FEATURES = ["f%d" % at for at in range(12)]
TABLES = ["table.csv", "table.parquet", "table.jsonl"]
MODELS = ["network", "trees", "regression", "mixed"]


def at(name):
    return os.path.join(folder, name)


def make():
    from skl2onnx import convert_sklearn, to_onnx
    from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import GradientBoostingClassifier
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OneHotEncoder

    random = numpy.random.default_rng(11)
    rows = 20_000
    table = pandas.DataFrame(random.normal(scale=[10.0**at for at in range(-4, 8)], size=(rows, 12)), columns=FEATURES)
    table.insert(0, "key", ["k%d" % row for row in range(rows)])
    table["visits"] = random.integers(-(2**40), 2**40, size=rows)
    table["country"] = random.choice(["de", "fr", "日本", "a,b", 'say "x"'], size=rows)
    table.loc[::97, "f3"] = numpy.nan
    table.to_csv(at("table.csv"), index=False)
    table.to_parquet(at("table.parquet"), row_group_size=3000)
    table.to_json(at("table.jsonl"), orient="records", lines=True, double_precision=15)
    known = table[FEATURES].fillna(0).to_numpy(numpy.float32)
    classes = (table["f1"] > 0).astype(int).to_numpy() + (table["f2"] > 0).astype(int).to_numpy()
    first = slice(0, 500)
    models = {
        "network": MLPClassifier((16,), max_iter=20).fit(known[first], classes[first]),
        "trees": GradientBoostingClassifier(n_estimators=20).fit(known[first], classes[first]),
        "regression": LinearRegression().fit(known[first], known[first, 0]),
    }
    for name, model in models.items():
        with open(at(name + ".onnx"), "wb") as file:
            file.write(to_onnx(model, known[:1]).SerializeToString())
    mixed = Pipeline(
        [
            ("columns", ColumnTransformer([("country", OneHotEncoder(handle_unknown="ignore"), ["country"])], remainder="passthrough")),
            ("model", LogisticRegression(max_iter=50)),
        ]
    )
    some = table[["visits", "f2", "country"]].iloc[first]
    mixed.fit(some, classes[first] > 0)
    inputs = [
        ("visits", Int64TensorType([None, 1])),
        ("f2", FloatTensorType([None, 1])),
        ("country", StringTensorType([None, 1])),
    ]
    with open(at("mixed.onnx"), "wb") as file:
        file.write(convert_sklearn(mixed, initial_types=inputs).SerializeToString())


def read(name):
    if name.endswith(".csv"):
        return pandas.read_csv(at(name), keep_default_na=False, na_values=[""])
    if name.endswith(".parquet"):
        return pandas.read_parquet(at(name))
    return pandas.read_json(at(name), lines=True, dtype=False, precise_float=True)


def check():
    import onnxruntime

    values = 0
    options = onnxruntime.SessionOptions()
    # Several add up in an order of chance.
    options.intra_op_num_threads = 1
    for source in TABLES:
        table = read(source)
        for name in MODELS:
            session = onnxruntime.InferenceSession(at(name + ".onnx"), options)
            if name == "mixed":
                feeds = {
                    "visits": table[["visits"]].to_numpy(numpy.int64),
                    "f2": table[["f2"]].to_numpy(numpy.float32),
                    "country": table[["country"]].to_numpy(),
                }
            else:
                feeds = {"X": table[FEATURES].to_numpy(numpy.float32)}
            answers = session.run(None, feeds)
            for ending in (".csv", ".parquet", ".jsonl"):
                output = read("%s.%s%s" % (source, name, ending))
                assert (output["key"] == table["key"]).all(), (source, name, ending)
                said = answers[0].reshape(-1)
                assert_same(output["prediction"].to_numpy(), said, (source, name, ending))
                values += len(said)
                if len(answers) > 1:
                    labels = list(answers[1][0])
                    wanted = numpy.array([[row[label] for label in labels] for row in answers[1]], numpy.float32)
                    names = ["probability_%s" % str(label) for label in labels]
                    assert_same(output[names].to_numpy(), wanted, (source, name, ending))
                    values += wanted.size
    print("%d values as Python's runtime says" % values)


def assert_same(left, right, where):
    if right.dtype.kind != "f":
        assert (left == right).all(), where
        return
    left = left.astype(numpy.float32)
    same = (left == right) | (numpy.isnan(left) & numpy.isnan(right))
    # Another batch may be added up in another order.
    close = numpy.isclose(left, right, rtol=1e-5, atol=1e-6, equal_nan=True)
    assert close.all(), (where, left[~close][:3], right[~close][:3])
    assert same.mean() > 0.5, (where, same.mean())


make() if what == "make" else check()
