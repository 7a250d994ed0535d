"""Logs a metric as often as asked by MLflow's own client, run by run id; prints calls a second.

python client_calls.py URL RUN CALLS
"""

import sys
import time

from mlflow.tracking import MlflowClient

url, run_id, calls = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = MlflowClient(tracking_uri=url)
client.log_metric(run_id, "warm", 0.0)
began = time.perf_counter()
for step in range(calls):
    client.log_metric(run_id, "loss", step * 0.5, step=step)
print(calls / (time.perf_counter() - began))
