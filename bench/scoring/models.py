"""Models and a table for the bench of scoring: models.py DIR ROWS"""

import os
import sys

import numpy
import pandas
from skl2onnx import to_onnx
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.neural_network import MLPClassifier

folder, rows = sys.argv[1], int(sys.argv[2])
random = numpy.random.default_rng(5)
features = ["f%d" % at for at in range(20)]


def save(name, model, known):
    with open(os.path.join(folder, name + ".onnx"), "wb") as file:
        file.write(to_onnx(model, known[:1], options={"zipmap": False}).SerializeToString())


known = random.normal(size=(1000, 20)).astype(numpy.float32)
classes = (known[:, 0] * known[:, 1] > 0).astype(int)
save("small", MLPClassifier((32, 16), max_iter=20).fit(known, classes), known)
save("million", MLPClassifier((960, 960), max_iter=2).fit(known, classes), known)
save("trees", GradientBoostingClassifier(n_estimators=500, max_depth=4).fit(known, classes), known)
table = pandas.DataFrame(random.normal(size=(rows, 20)).round(5), columns=features)
table.insert(0, "id", numpy.arange(rows))
table.to_csv(os.path.join(folder, "table.csv"), index=False)
table.to_parquet(os.path.join(folder, "table.parquet"), row_group_size=122880)
