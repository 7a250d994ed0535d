"""System metrics, which a client samples and sends beside what the script logs."""
import time
import unittest

import mlflow
from support import ConformanceTest

try:
    import psutil
except ImportError:
    psutil = None


@unittest.skipIf(psutil is None, "psutil is not installed")
class SystemMetrics(ConformanceTest):
    def test_they_arrive(self):
        self.active_experiment()
        mlflow.set_system_metrics_sampling_interval(0.2)
        mlflow.set_system_metrics_samples_before_logging(1)
        self.addCleanup(mlflow.set_system_metrics_sampling_interval, None)
        self.addCleanup(mlflow.set_system_metrics_samples_before_logging, None)
        with mlflow.start_run(log_system_metrics=True) as active:
            mlflow.log_metric("loss", 1)
            time.sleep(1.5)
        metrics = self.client.get_run(active.info.run_id).data.metrics
        self.assertIn("system/cpu_utilization_percentage", metrics)
        self.assertIn("system/system_memory_usage_megabytes", metrics)
        self.assertEqual(metrics["loss"], 1)
        steps = [step for step, _ in self.history(active.info.run_id, "system/cpu_utilization_percentage")]
        self.assertEqual(steps, list(range(len(steps))))
        self.assertGreater(len(steps), 1)


if __name__ == "__main__":
    unittest.main()
