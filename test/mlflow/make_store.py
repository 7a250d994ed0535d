"""Fills a store of MLflow's with what a client of its version can log. Usage: make_store.py URI"""
import os
import sys

os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"

import mlflow  # noqa: E402
import numpy as np  # noqa: E402
from mlflow import MlflowClient  # noqa: E402

mlflow.set_tracking_uri(sys.argv[1])
client = MlflowClient()
IS_3 = int(mlflow.__version__.split(".")[0]) >= 3


class Echo(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input, params=None):
        return model_input


def log_model():
    named = {"name": "model"} if IS_3 else {"artifact_path": "model"}
    return mlflow.pyfunc.log_model(**named, python_model=Echo(), registered_model_name="echo", pip_requirements=[])


mlflow.set_experiment("fraud: \"é\" #1")
mlflow.set_experiment_tag("team", "two\nlines")
with mlflow.start_run(run_name="it's \"quoted\": yes # no comment") as parent:
    mlflow.log_params({"lr": 0.1, "opt/inner/name": "adam", "empty": "", "text": "a\nb: \"c\"\n"})
    for step in range(50):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
    mlflow.log_metrics({"not a number": float("nan"), "system/gpu": 3.0}, step=2)
    mlflow.set_tags({"a/b": "c", "mlflow.note.content": "# A note\nof two lines"})
    mlflow.log_text("hello", "deep/er/ä b+c.txt")
    mlflow.log_dict({"x": [1, 2]}, "x.json")
    mlflow.log_input(mlflow.data.from_numpy(np.arange(6).reshape(3, 2), name="numbers"), context="train")
    with mlflow.start_run(run_name="below", nested=True):
        mlflow.log_metric("x", 1)
# Without metrics: 3.1 can't write the registry's files for a model that has some.
for name in ("first model", "second model"):
    with mlflow.start_run(run_name=name):
        log_model()
client.set_registered_model_alias("echo", "champion", "2")
client.set_registered_model_tag("echo", "k", "v")
client.set_model_version_tag("echo", "1", "k", "v")
client.update_registered_model("echo", description="two: \"lines\"\n# here")
client.update_model_version("echo", "1", description="the first")

experiment_id = parent.info.experiment_id
for status in ("FAILED", "KILLED"):
    run = client.create_run(experiment_id, run_name=status)
    client.set_terminated(run.info.run_id, status)
deleted = client.create_run(experiment_id, run_name="deleted")
client.set_terminated(deleted.info.run_id)
client.delete_run(deleted.info.run_id)
client.create_run(experiment_id, run_name="goes on")
gone = client.create_experiment("gone")
client.set_terminated(client.create_run(gone, run_name="of an experiment that is gone").info.run_id)
client.delete_experiment(gone)
