"""Logs for a while, whatever becomes of the server meanwhile."""
import time

import mlflow

with mlflow.start_run():
    print("begun", flush=True)
    for step in range(60):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
        time.sleep(0.1)
