"""Metrics: every number that a float may be, in any order, in any quantity, and read again as written."""
import math
import time
import unittest

import mlflow
from mlflow.entities import Metric, Param, RunTag
from support import TOKEN, ConformanceTest, since

PAGE = 25_000


class Values(ConformanceTest):
    def test_the_fluent_functions(self):
        self.active_experiment()
        with mlflow.start_run() as active:
            mlflow.log_metric("loss", 0.5)
            mlflow.log_metric("loss", 0.25, step=3)
            mlflow.log_metrics({"accuracy": 0.9, "f1": 1}, step=3)
        self.assertEqual(self.history(active.info.run_id, "loss"), [(0, 0.5), (3, 0.25)])
        self.assertEqual(self.client.get_run(active.info.run_id).data.metrics,
                         {"loss": 0.25, "accuracy": 0.9, "f1": 1.0})

    def test_every_number_comes_back_as_it_was(self):
        run_id = self.run_of()
        values = (0.0, -0.0, 1e-308, 5e-324, 1.7976931348623157e308, -1e300, 0.1 + 0.2, 1 / 3, 2**53 + 1.0, 123456789)
        for step, value in enumerate(values):
            self.client.log_metric(run_id, "m", value, step=step)
        self.assertEqual([value for _, value in self.history(run_id, "m")], [float(value) for value in values])

    def test_nan_and_the_infinities(self):
        run_id = self.run_of()
        self.client.log_metric(run_id, "nan", math.nan, step=1)
        self.client.log_metric(run_id, "up", math.inf, step=1)
        self.client.log_batch(run_id, metrics=[Metric("down", -math.inf, 1, 1), Metric("nan2", math.nan, 1, 1)])
        metrics = self.client.get_run(run_id).data.metrics
        self.assertTrue(math.isnan(metrics["nan"]) and math.isnan(metrics["nan2"]))
        # MLflow's database has no infinities and keeps the greatest number instead.
        self.assertGreaterEqual(metrics["up"], 1.797e308)
        self.assertLessEqual(metrics["down"], -1.797e308)
        self.assertTrue(math.isnan(self.history(run_id, "nan")[0][1]))
        self.assertGreaterEqual(self.history(run_id, "up")[0][1], 1.797e308)

    def test_values_that_only_look_like_numbers(self):
        import numpy

        run_id = self.run_of()
        for number, value in enumerate((numpy.float32(0.5), numpy.int64(2), numpy.array(3.0), True)):
            self.client.log_metric(run_id, "m", value, step=number)
        self.assertEqual([value for _, value in self.history(run_id, "m")], [0.5, 2, 3, 1])

    def test_text_is_no_metric(self):
        run_id = self.run_of()
        for value in ("much", None, "", [1], {}):
            with self.subTest(value):
                document = {"run_id": run_id, "key": "m", "value": value, "timestamp": 1, "step": 0}
                answer = self.post("runs/log-metric", document)
                if isinstance(value, (list, dict)):
                    self.declined(answer)
                else:
                    self.invalid(answer)
        self.assertEqual(self.client.get_run(run_id).data.metrics, {})

    def test_keys(self):
        run_id = self.run_of()
        for key in ("a/b/c", "a.b-c_d", "with space", "größe", "损失", "system/cpu_utilization_percentage", "x:y"):
            with self.subTest(key):
                answer = self.post("runs/log-metric", {"run_id": run_id, "key": key, "value": 1, "timestamp": 1})
                self.assertEqual(answer.status, 200, answer.body)
                self.assertEqual(self.history(run_id, key), [(0, 1)])
                self.assertIn(key, self.client.get_run(run_id).data.metrics)

    def test_keys_that_are_refused(self):
        run_id = self.run_of()
        for key in ("", "..", "../up", "/abs", "a//b", "a/../b", "./a", "star*", "a?b", "x" * 251):
            with self.subTest(key):
                self.invalid(self.post("runs/log-metric", {"run_id": run_id, "key": key, "value": 1, "timestamp": 1}))

    def test_a_key_has_250_characters_at_most(self):
        run_id = self.run_of()
        self.client.log_metric(run_id, "k" * 250, 1)
        self.assertIn("k" * 250, self.client.get_run(run_id).data.metrics)


class Points(ConformanceTest):
    def test_timestamps(self):
        run_id = self.run_of()
        before = int(time.time() * 1000)
        self.client.log_metric(run_id, "now", 1)
        self.client.log_metric(run_id, "then", 1, timestamp=1_234_567_890_123)
        self.assertEqual(self.client.get_metric_history(run_id, "then")[0].timestamp, 1_234_567_890_123)
        self.assertGreaterEqual(self.client.get_metric_history(run_id, "now")[0].timestamp, before)

    def test_the_last_value_is_that_of_the_greatest_step(self):
        run_id = self.run_of()
        for step, value in ((5, 0.5), (9, 0.9), (2, 0.2), (-3, 0.3)):
            self.client.log_metric(run_id, "m", value, step=step)
        self.assertEqual(self.client.get_run(run_id).data.metrics, {"m": 0.9})
        self.assertEqual(sorted(self.history(run_id, "m")), [(-3, 0.3), (2, 0.2), (5, 0.5), (9, 0.9)])

    def test_of_one_step_the_latest_counts_and_then_the_greatest(self):
        run_id = self.run_of()
        self.client.log_metric(run_id, "late", 1, timestamp=2000, step=1)
        self.client.log_metric(run_id, "late", 5, timestamp=1000, step=1)
        self.client.log_metric(run_id, "great", 5, timestamp=1000, step=1)
        self.client.log_metric(run_id, "great", 1, timestamp=1000, step=1)
        self.assertEqual(self.client.get_run(run_id).data.metrics, {"late": 1, "great": 5})

    def test_the_last_value_within_one_batch(self):
        run_id = self.run_of()
        self.client.log_batch(run_id, metrics=[Metric("m", 3, 1, 3), Metric("m", 9, 1, 9), Metric("m", 1, 1, 1)])
        self.assertEqual(self.client.get_run(run_id).data.metrics, {"m": 9})

    def test_steps_are_repeated(self):
        run_id = self.run_of()
        for value in (1, 2, 3):
            self.client.log_metric(run_id, "m", value, timestamp=1000 + value, step=7)
        self.assertEqual(self.history(run_id, "m"), [(7, 1), (7, 2), (7, 3)])

    def test_the_same_point_again_is_no_error(self):
        run_id = self.run_of()
        for _ in range(3):
            self.client.log_metric(run_id, "m", 1, timestamp=1000, step=1)
        self.client.log_batch(run_id, metrics=[Metric("m", 1, 1000, 1), Metric("m", 1, 1000, 1), Metric("m", 2, 1000, 2)])
        self.assertEqual(set(self.history(run_id, "m")), {(1, 1), (2, 2)})

    def test_great_and_negative_steps(self):
        run_id = self.run_of()
        steps = (-(2**53) + 1, -1, 2**53 - 1)
        for step in steps:
            self.client.log_metric(run_id, "m", 1, step=step)
        self.assertEqual({step for step, _ in self.history(run_id, "m")}, set(steps))

    def test_steps_beyond_what_a_double_tells_apart(self):
        run_id = self.run_of()
        for step in (-(2**63), 2**53 + 1, 2**63 - 1):
            self.client.log_metric(run_id, "m", 1, step=step)
        # Ours keeps the nearest that JavaScript tells apart (docs/mlflow-compatibility.md).
        kept = {-(2**63), 2**53 + 1, 2**63 - 1} if TOKEN is None else {-(2**53) + 1, 2**53 - 1}
        self.assertEqual({step for step, _ in self.history(run_id, "m")}, kept)

    def test_a_metric_that_nobody_logged(self):
        self.assertEqual(self.history(self.run_of(), "nobody"), [])

    def test_a_history_of_many_pages(self):
        run_id = self.run_of()
        count = PAGE + 2_500
        for start in range(0, count, 1000):
            points = [{"key": "m", "value": step / 7, "timestamp": step, "step": step}
                      for step in range(start, min(start + 1000, count))]
            self.assertEqual(self.post("runs/log-batch", {"run_id": run_id, "metrics": points}).status, 200)
        self.assertEqual(sorted(self.history(run_id, "m")), [(step, step / 7) for step in range(count)])
        first = self.get("metrics/get-history", run_id=run_id, metric_key="m", max_results=PAGE).document
        self.assertEqual(len(first["metrics"]), PAGE)
        rest = self.get("metrics/get-history", run_id=run_id, metric_key="m", max_results=PAGE,
                        page_token=first["next_page_token"]).document
        self.assertEqual(len(rest["metrics"]), count - PAGE)
        self.assertFalse(rest.get("next_page_token"))


class Batches(ConformanceTest):
    def test_metrics_params_and_tags_at_once(self):
        run_id = self.run_of()
        self.client.log_batch(run_id, metrics=[Metric("m", 1.5, 1000, 2)], params=[Param("p", "v")],
                              tags=[RunTag("t", "w")])
        data = self.client.get_run(run_id).data
        self.assertEqual((data.metrics, data.params, data.tags["t"]), ({"m": 1.5}, {"p": "v"}, "w"))

    def test_nothing_at_all(self):
        run_id = self.run_of()
        self.client.log_batch(run_id)
        self.assertEqual(self.post("runs/log-batch", {"run_id": run_id}).status, 200)

    def test_1000_metrics(self):
        run_id = self.run_of()
        self.client.log_batch(run_id, metrics=[Metric(f"m/{number}", number, 1, number) for number in range(1000)])
        metrics = self.client.get_run(run_id).data.metrics
        self.assertEqual((len(metrics), metrics["m/999"]), (1000, 999))

    def test_one_more_than_the_limits(self):
        run_id = self.run_of()
        metric = {"key": "m", "value": 1, "timestamp": 1, "step": 1}
        pairs = [{"key": f"k{number}", "value": "v"} for number in range(101)]
        self.invalid(self.batch(run_id, metrics=[metric] * 1001))
        self.invalid(self.batch(run_id, params=pairs))
        self.invalid(self.batch(run_id, tags=pairs))
        self.invalid(self.batch(run_id, metrics=[metric] * 950, params=pairs[:51]))
        data = self.client.get_run(run_id).data
        self.assertEqual((data.metrics, data.params), ({}, {}))

    def test_a_request_of_nearly_a_million_bytes(self):
        run_id = self.run_of()
        tags = [{"key": f"k{number}", "value": "v" * 8000} for number in range(100)]
        self.assertEqual(self.batch(run_id, tags=tags).status, 200)
        self.assertEqual(self.client.get_run(run_id).data.tags["k99"], "v" * 8000)

    def test_a_request_beyond_a_million_bytes_is_taken_whole_or_not_at_all(self):
        # MLflow documents the limit, but its server has not looked since it counts a document's keys, not its bytes.
        run_id = self.run_of()
        pairs = [{"key": f"k{number}", "value": "v" * 6000} for number in range(100)]
        answer = self.batch(run_id, tags=pairs, params=pairs)
        data = self.client.get_run(run_id).data
        taken = (len(data.params), len([key for key in data.tags if key.startswith("k")]))
        self.assertIn((answer.status, taken), [(200, (100, 100)), (400, (0, 0)), (413, (0, 0))])

    def test_a_batch_with_something_wrong_in_it_changes_nothing(self):
        run_id = self.run_of()
        self.client.log_param(run_id, "p", "old")
        answer = self.batch(run_id, metrics=[{"key": "m", "value": 1, "timestamp": 1}],
                            params=[{"key": "q", "value": "new"}, {"key": "p", "value": "other"}])
        self.invalid(answer)
        self.assertEqual(self.client.get_run(run_id).data.params.get("p"), "old")
        answer = self.batch(run_id, metrics=[{"key": "m", "value": 1, "timestamp": 1},
                                             {"key": "../n", "value": 1, "timestamp": 1}])
        self.invalid(answer)
        self.assertNotIn("../n", self.client.get_run(run_id).data.metrics)

    def test_the_fluent_function_cuts_into_batches_by_itself(self):
        self.active_experiment()
        with mlflow.start_run() as active:
            mlflow.log_metrics({f"m{number}": number for number in range(900)})
            mlflow.log_params({f"p{number}": number for number in range(90)})
        data = self.client.get_run(active.info.run_id).data
        self.assertEqual((len(data.metrics), len(data.params)), (900, 90))

    @since("2.10", "synchronous=False")
    def test_without_waiting(self):
        self.active_experiment()
        with mlflow.start_run() as active:
            for step in range(50):
                mlflow.log_metric("m", step, step=step, synchronous=False)
            mlflow.log_params({"a": 1}, synchronous=False).wait()
            mlflow.set_tag("t", "w", synchronous=False).wait()
            if hasattr(mlflow, "flush_async_logging"):
                mlflow.flush_async_logging()
        run_id = active.info.run_id
        self.assertEqual(sorted(self.history(run_id, "m")), [(step, step) for step in range(50)])
        data = self.client.get_run(run_id).data
        self.assertEqual((data.params, data.tags["t"]), ({"a": "1"}, "w"))

    def batch(self, run_id, **lists):
        return self.post("runs/log-batch", {"run_id": run_id, **lists})


if __name__ == "__main__":
    unittest.main()
