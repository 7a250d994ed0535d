"""Makes a run of metrics with as many points each as asked, by MLflow's own client; prints experiment and run."""

import math
import sys
import time

from mlflow.entities import Metric
from mlflow.tracking import MlflowClient

metrics, points = int(sys.argv[1]), int(sys.argv[2])
client = MlflowClient()
run = client.create_run("0", run_name="twenty curves")
now = int(time.time() * 1000)
for index in range(metrics):
    key = f"metric_{index:02}"
    values = [0.2 + 1.3 * math.exp(-6 * step / points) + 0.05 * math.sin(step * 12.9898 + index) for step in range(points)]
    for begin in range(0, points, 1000):
        batch = [Metric(key, values[step], now + step * 1000, step) for step in range(begin, min(points, begin + 1000))]
        client.log_batch(run.info.run_id, metrics=batch)
client.set_terminated(run.info.run_id)
print(run.info.experiment_id, run.info.run_id)
