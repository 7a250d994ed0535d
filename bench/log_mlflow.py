"""Logs a metric as often as asked to the tracking server and prints how many seconds that took."""

import sys
import time

import mlflow

mode, calls = sys.argv[1], int(sys.argv[2])
with mlflow.start_run():
    mlflow.log_metric("warm", 0.0)
    began = time.perf_counter()
    if mode == "sync":
        for step in range(calls):
            mlflow.log_metric("loss", step * 0.5, step=step)
    else:
        for step in range(calls):
            mlflow.log_metric("loss", step * 0.5, step=step, synchronous=False)
        mlflow.flush_async_logging()
    seconds = time.perf_counter() - began
print(seconds)
