"""Params, which never change, and tags, which may; and their keys and lengths."""
import unittest

import mlflow
from mlflow.entities import Param, RunTag
from support import ConformanceTest

KEYS = ("a/b/c", "a.b-c_d", "with space", "größe", "学习率", "optimizer/Adam.lr", "x:y", "1", "-")
REFUSED_KEYS = ("", "..", "../up", "/abs", "a//b", "a/../b", "./a", "star*", "a?b", "k" * 251)


class Params(ConformanceTest):
    def test_the_fluent_functions(self):
        self.active_experiment()
        with mlflow.start_run() as active:
            self.assertEqual(mlflow.log_param("depth", 3), 3)
            mlflow.log_params({"rate": 0.1, "name": "best", "none": None, "list": [1, 2], "bool": True, "empty": ""})
        self.assertEqual(self.client.get_run(active.info.run_id).data.params,
                         {"depth": "3", "rate": "0.1", "name": "best", "none": "None", "list": "[1, 2]",
                          "bool": "True", "empty": ""})

    def test_the_same_value_again_is_no_error(self):
        run_id = self.run_of()
        for _ in range(3):
            self.client.log_param(run_id, "depth", 3)
        self.client.log_batch(run_id, params=[Param("depth", "3"), Param("other", "1")])
        self.assertEqual(self.client.get_run(run_id).data.params, {"depth": "3", "other": "1"})

    def test_another_value_is_refused(self):
        run_id = self.run_of()
        self.client.log_param(run_id, "depth", 3)
        said = self.refused("INVALID_PARAMETER_VALUE", self.client.log_param, run_id, "depth", 4)
        self.assertIn("depth", said)
        self.refused("INVALID_PARAMETER_VALUE", self.client.log_batch, run_id, params=[Param("depth", "4")])
        self.assertEqual(self.client.get_run(run_id).data.params, {"depth": "3"})

    def test_two_values_within_one_batch_are_refused(self):
        run_id = self.run_of()
        self.refused("INVALID_PARAMETER_VALUE", self.client.log_batch, run_id,
                     params=[Param("depth", "3"), Param("depth", "4")])

    def test_keys(self):
        run_id = self.run_of()
        for key in KEYS:
            with self.subTest(key):
                answer = self.post("runs/log-parameter", {"run_id": run_id, "key": key, "value": f"of {key}"})
                self.assertEqual(answer.status, 200, answer.body)
                self.assertEqual(self.client.get_run(run_id).data.params[key], f"of {key}")

    def test_keys_that_are_refused(self):
        run_id = self.run_of()
        for key in REFUSED_KEYS:
            with self.subTest(key):
                self.invalid(self.post("runs/log-parameter", {"run_id": run_id, "key": key, "value": "v"}))
                self.invalid(self.post("runs/log-batch", {"run_id": run_id, "params": [{"key": key, "value": "v"}]}))
        self.assertEqual(self.client.get_run(run_id).data.params, {})

    def test_lengths(self):
        run_id = self.run_of()
        self.client.log_param(run_id, "k" * 250, "v" * 6000)
        self.assertEqual(self.client.get_run(run_id).data.params, {"k" * 250: "v" * 6000})

    def test_a_longer_value_is_cut(self):
        # MLFLOW_TRUNCATE_LONG_VALUES of MLflow's own server, on by default.
        run_id = self.run_of()
        self.post("runs/log-parameter", {"run_id": run_id, "key": "one", "value": "v" * 6001})
        self.post("runs/log-batch", {"run_id": run_id, "params": [{"key": "many", "value": "v" * 9000}]})
        self.assertEqual(self.client.get_run(run_id).data.params, {"one": "v" * 6000, "many": "v" * 6000})

    def test_values_in_any_script_and_of_many_lines(self):
        run_id = self.run_of()
        values = {"lines": "a\nb\r\n\tc", "script": "größe 学习率 🧪", "quotes": "\"'`\\", "blank": " "}
        for key, value in values.items():
            self.client.log_param(run_id, key, value)
        self.assertEqual(self.client.get_run(run_id).data.params, values)


class Tags(ConformanceTest):
    def test_the_fluent_functions(self):
        self.active_experiment()
        with mlflow.start_run(tags={"first": "1"}) as active:
            mlflow.set_tag("kind", "best")
            mlflow.set_tags({"kind": "better", "number": 7})
        tags = self.client.get_run(active.info.run_id).data.tags
        self.assertEqual((tags["first"], tags["kind"], tags["number"]), ("1", "better", "7"))

    def test_overwritten(self):
        run_id = self.run_of(tags={"kind": "old"})
        self.client.set_tag(run_id, "kind", "newer")
        self.client.log_batch(run_id, tags=[RunTag("kind", "newest")])
        self.assertEqual(self.client.get_run(run_id).data.tags["kind"], "newest")

    def test_deleted(self):
        run_id = self.run_of(tags={"kind": "old", "other": "stays"})
        self.client.delete_tag(run_id, "kind")
        tags = self.client.get_run(run_id).data.tags
        self.assertEqual((tags.get("kind"), tags["other"]), (None, "stays"))
        self.refused("RESOURCE_DOES_NOT_EXIST", self.client.delete_tag, run_id, "kind")

    def test_deleted_by_the_fluent_function(self):
        self.active_experiment()
        with mlflow.start_run(tags={"kind": "old"}) as active:
            mlflow.delete_tag("kind")
        self.assertNotIn("kind", self.client.get_run(active.info.run_id).data.tags)

    def test_a_note(self):
        run_id = self.run_of()
        self.client.set_tag(run_id, "mlflow.note.content", "# Größe\n\n| a | b |\n")
        self.assertEqual(self.client.get_run(run_id).data.tags["mlflow.note.content"], "# Größe\n\n| a | b |\n")

    def test_keys(self):
        run_id = self.run_of()
        for key in KEYS:
            with self.subTest(key):
                answer = self.post("runs/set-tag", {"run_id": run_id, "key": key, "value": f"of {key}"})
                self.assertEqual(answer.status, 200, answer.body)
                self.assertEqual(self.client.get_run(run_id).data.tags[key], f"of {key}")

    def test_keys_that_are_refused(self):
        run_id = self.run_of()
        for key in REFUSED_KEYS:
            with self.subTest(key):
                self.invalid(self.post("runs/set-tag", {"run_id": run_id, "key": key, "value": "v"}))

    def test_lengths(self):
        run_id = self.run_of()
        self.client.set_tag(run_id, "k" * 250, "v" * 8000)
        self.assertEqual(self.client.get_run(run_id).data.tags["k" * 250], "v" * 8000)

    def test_a_longer_value_is_cut(self):
        run_id = self.run_of()
        self.post("runs/set-tag", {"run_id": run_id, "key": "one", "value": "v" * 8001})
        self.post("runs/log-batch", {"run_id": run_id, "tags": [{"key": "many", "value": "v" * 9000}]})
        tags = self.client.get_run(run_id).data.tags
        self.assertEqual((tags["one"], tags["many"]), ("v" * 8000, "v" * 8000))


if __name__ == "__main__":
    unittest.main()
