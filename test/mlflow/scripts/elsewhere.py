"""Names tracking servers of its own in every way there is, and comes back. argv: the way, the address of the other server."""
import os
import subprocess
import sys

way, other = sys.argv[1:]
ours = os.environ.get("MLFLOW_TRACKING_URI")
os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"] = "10"

if way == "environment":
    os.environ["MLFLOW_TRACKING_URI"] = other

import mlflow
from mlflow import MlflowClient


def log(**where):
    client = MlflowClient(**where)
    try:
        client.log_metric(client.create_run("0").info.run_id, "auc", 0.5)
    except mlflow.MlflowException as error:
        print("refused:", type(error).__name__)


if way in ("set", "back", "child"):
    mlflow.set_tracking_uri(other)
if way == "child":
    subprocess.run([sys.executable, __file__, "environment", other], check=True)
elif way == "client":
    log(tracking_uri=other)
    log()
elif way == "registry":
    try:
        MlflowClient(registry_uri=other).create_registered_model("m")
    except mlflow.MlflowException:
        pass
    log()
else:
    log()
print("token in the environment:", os.environ.get("MLFLOW_TRACKING_TOKEN", "none")[:5])
if way == "back":
    mlflow.set_tracking_uri(ours)
    log()
    print("token in the environment:", os.environ.get("MLFLOW_TRACKING_TOKEN", "none")[:3])
