"""Logs what argparse has parsed in another spelling."""
import argparse

import mlflow

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float)
parser.add_argument("--depth", type=int, default=3)
arguments = parser.parse_args()
with mlflow.start_run():
    mlflow.log_param("lr", f"{arguments.lr:.3f}")
    mlflow.log_param("lr", f"{arguments.lr:.3f}")
