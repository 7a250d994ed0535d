"""The same with polars: polars_onnx.py MODEL INPUT OUTPUT THREADS"""

import sys

import numpy
import onnxruntime
import polars

model, source, target = sys.argv[1:4]
table = polars.read_csv(source) if source.endswith(".csv") else polars.read_parquet(source)
features = [name for name in table.columns if name != "id"]
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = int(sys.argv[4])
session = onnxruntime.InferenceSession(model, options)
rows = numpy.ascontiguousarray(table.select(features).to_numpy(), dtype=numpy.float32)
label, probabilities = session.run(None, {"X": rows})
scored = polars.DataFrame({"id": table["id"], "prediction": label, "probability_0": probabilities[:, 0], "probability_1": probabilities[:, 1]})
if target.endswith(".csv"):
    scored.write_csv(target)
else:
    scored.write_parquet(target)
