"""What bench/capture.bench.mjs measures with the hook and without: `capture_load.py imports | fits | opens FOLDER`.

Prints the seconds of processor time that it took.
"""
import sys
import time

FILES = 100_000
FOLDERS = 10


def imports() -> None:
    import h5py  # noqa: F401
    import matplotlib.pyplot  # noqa: F401
    import pandas  # noqa: F401
    import polars  # noqa: F401
    import pyarrow.dataset  # noqa: F401
    import sklearn.ensemble  # noqa: F401
    import sklearn.pipeline  # noqa: F401


def fits() -> None:
    from sklearn.datasets import make_classification
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    features, labels = make_classification(2000, random_state=0)
    for number in range(300):
        make_pipeline(StandardScaler(), LogisticRegression(C=1 + number)).fit(features, labels)


def opens(folder: str) -> None:
    for number in range(FILES):
        with open("%s/%d/%d" % (folder, number % FOLDERS, number)) as file:
            file.read()


def make(folder: str) -> None:
    import os

    for number in range(FOLDERS):
        os.mkdir("%s/%d" % (folder, number))
    for number in range(FILES):
        with open("%s/%d/%d" % (folder, number % FOLDERS, number), "w") as file:
            file.write("x")


if __name__ == "__main__":
    {"imports": imports, "fits": fits, "opens": opens, "make": make}[sys.argv[1]](*sys.argv[2:])
    print(time.process_time())
