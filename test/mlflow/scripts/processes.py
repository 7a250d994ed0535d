"""Begins a run, and lets processes of its own begin others."""
import subprocess
import sys

import mlflow

if len(sys.argv) > 1:
    with mlflow.start_run(run_name=f"worker {sys.argv[1]}"):
        mlflow.log_metric("worker", int(sys.argv[1]))
else:
    with mlflow.start_run():
        workers = [subprocess.Popen([sys.executable, __file__, str(number)]) for number in range(3)]
        codes = [worker.wait() for worker in workers]
        mlflow.log_metric("workers", len(codes) - sum(codes))
