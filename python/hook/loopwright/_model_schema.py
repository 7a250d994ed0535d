"""The inputs and outputs of a model in words: names, types, numbers of columns; and a few rows as an example."""
import sys

_MAX_COLUMNS = 5000
_MAX_CLASSES = 1000
_EXAMPLE_ROWS = 5
_MAX_EXAMPLE_COLUMNS = 1000


def inputs_of(X, with_rows):
    """{"kind", "columns" or "dtype" and "features", "rows", "example"} of what is given to `fit`; None if unknown."""
    root = type(X).__module__.partition(".")[0]
    shape = getattr(X, "shape", None)
    if isinstance(X, (list, tuple)) and X:
        return {"kind": "list", "rows": len(X)}
    if not isinstance(shape, tuple) or not 1 <= len(shape) <= 2:
        return None
    features = shape[1] if len(shape) == 2 else 1
    if hasattr(X, "columns") and hasattr(X, "dtypes") and root == "pandas":
        inputs = {
            "kind": "dataframe", "rows": shape[0], "features": features,
            "columns": [{"name": str(name), "dtype": str(dtype)}
                        for name, dtype in list(zip(X.columns, X.dtypes))[:_MAX_COLUMNS]],
        }
        if with_rows and features <= _MAX_EXAMPLE_COLUMNS:
            head = X.iloc[:_EXAMPLE_ROWS]
            inputs["example"] = {"columns": [str(name) for name in X.columns],
                                 "data": [[plain(value) for value in row] for row in head.itertuples(False, None)]}
        return inputs
    kind = "sparse" if root == "scipy" else "array"
    inputs = {"kind": kind, "rows": shape[0], "features": features, "dtype": str(getattr(X, "dtype", ""))}
    if with_rows and root == "numpy" and X.dtype.kind in "biuf" and features <= _MAX_EXAMPLE_COLUMNS:
        inputs["example"] = {"inputs": _plain_rows(X[:_EXAMPLE_ROWS].tolist())}
    return inputs


def outputs_of(estimator, y):
    outputs = {}
    dtype = getattr(y, "dtype", None)
    if dtype is not None:
        outputs["dtype"] = str(dtype)
    classes = getattr(estimator, "classes_", None)
    if classes is not None and getattr(classes, "ndim", 0) == 1:
        outputs["classes"] = [plain(value) for value in classes[:_MAX_CLASSES].tolist()]
        outputs["class_count"] = len(classes)
    shape = getattr(y, "shape", None)
    if isinstance(shape, tuple) and shape:
        outputs["outputs"] = shape[1] if len(shape) == 2 else 1
    outputs["methods"] = [name for name in ("predict", "predict_proba", "decision_function", "transform")
                          if hasattr(estimator, name)]
    return outputs


def feature_names(estimator):
    names = getattr(estimator, "feature_names_in_", None)
    return None if names is None else [str(name) for name in names[:_MAX_COLUMNS]]


def feature_count(estimator):
    """`n_features_in_` is a property that may raise, and that some estimators compute anew."""
    count = getattr(estimator, "n_features_in_", None)
    return int(count) if count is not None else None


def versions():
    """Of the loaded libraries that a pickle depends on."""
    found = {"python": "%d.%d.%d" % sys.version_info[:3]}
    for name, package in (("sklearn", "scikit-learn"), ("numpy", "numpy"), ("scipy", "scipy"), ("pandas", "pandas"),
                          ("joblib", "joblib")):
        version = getattr(sys.modules.get(name), "__version__", None)
        if version is not None:
            found[package] = str(version)
    return found


def plain(value):
    """A value that JSON has a form for: missing ones and what is not finite become null, dates texts."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return value if value - value == 0.0 else None
    if value is None or isinstance(value, (bool, int, str)):
        return value[:1000] if isinstance(value, str) else value
    return None if type(value).__name__ in ("NAType", "NaTType") else str(value)[:1000]


def _plain_rows(rows):
    return [[plain(value) for value in row] if isinstance(row, list) else plain(row) for row in rows]
