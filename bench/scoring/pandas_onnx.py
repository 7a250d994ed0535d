"""What one writes by hand: pandas reads the whole table, onnxruntime runs it, pandas writes: pandas_onnx.py MODEL INPUT OUTPUT"""

import sys

import numpy
import onnxruntime
import pandas

model, source, target = sys.argv[1:4]
table = pandas.read_csv(source) if source.endswith(".csv") else pandas.read_parquet(source)
features = [name for name in table.columns if name != "id"]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = int(sys.argv[4])
session = onnxruntime.InferenceSession(model, options)
label, probabilities = session.run(None, {"X": table[features].to_numpy(numpy.float32)})
scored = pandas.DataFrame({"id": table["id"], "prediction": label, "probability_0": probabilities[:, 0], "probability_1": probabilities[:, 1]})
if target.endswith(".csv"):
    scored.to_csv(target, index=False)
else:
    scored.to_parquet(target)
