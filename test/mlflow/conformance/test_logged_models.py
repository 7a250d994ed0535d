"""Logged models, which clients have known beside runs since version 3."""
import json
import unittest

import mlflow
from mlflow.entities import Metric
from support import ConformanceTest, since


@since("3.0", "a logged model")
class LoggedModels(ConformanceTest):
    def setUp(self):
        super().setUp()
        self.experiment_id = self.experiment()

    def model(self, name="net", **options):
        return self.client.create_logged_model(self.experiment_id, name=name, **options).model_id

    def search(self, filter_string=None, **options):
        found = self.client.search_logged_models([self.experiment_id], filter_string=filter_string, **options)
        return [model.name for model in found]

    def test_made_and_found(self):
        run_id = self.run_of(self.experiment_id)
        made = self.model(source_run_id=run_id, tags={"a": "1"}, params={"rate": "0.1"}, model_type="agent")
        model = self.client.get_logged_model(made)
        self.assertEqual((model.name, model.experiment_id, model.source_run_id, model.model_type),
                         ("net", self.experiment_id, run_id, "agent"))
        self.assertEqual((model.tags["a"], model.params, str(model.status)), ("1", {"rate": "0.1"}, "PENDING"))
        self.assertRegex(made, r"^m-")
        self.assertIn(made, model.artifact_location)
        self.assertGreaterEqual(model.last_updated_timestamp, model.creation_timestamp)

    def test_a_name_is_given_when_there_is_none(self):
        self.assertTrue(self.client.get_logged_model(self.model(None)).name)

    def test_finalized(self):
        for status in ("READY", "FAILED"):
            made = self.model()
            self.assertEqual(str(self.client.finalize_logged_model(made, status).status), status)
            self.assertEqual(str(self.client.get_logged_model(made).status), status)

    def test_tags(self):
        made = self.model(tags={"a": "1", "b": "2"})
        self.client.set_logged_model_tags(made, {"a": "3", "größe": "xl"})
        self.client.delete_logged_model_tag(made, "b")
        tags = self.client.get_logged_model(made).tags
        self.assertEqual((tags["a"], tags["größe"], tags.get("b")), ("3", "xl", None))

    @unittest.skipUnless(hasattr(mlflow, "log_model_params"), "this client can't add params to a logged model")
    def test_params(self):
        made = self.model(params={"rate": "0.1"})
        mlflow.log_model_params({"depth": "3"}, model_id=made)
        self.assertEqual(self.client.get_logged_model(made).params, {"rate": "0.1", "depth": "3"})

    def test_metrics_of_a_model(self):
        run_id, made = self.run_of(self.experiment_id), self.model()
        self.client.log_metric(run_id, "loss", 0.5, step=1, model_id=made)
        self.client.log_batch(run_id, metrics=[Metric("loss", 0.25, 10, 2, model_id=made, run_id=run_id)])
        metrics = {metric.step: metric.value for metric in self.client.get_logged_model(made).metrics}
        self.assertEqual(metrics[2], 0.25)
        self.assertEqual(sorted(self.history(run_id, "loss")), [(1, 0.5), (2, 0.25)])
        self.assertEqual(self.client.get_run(run_id).data.metrics, {"loss": 0.25})

    def test_deleted(self):
        made = self.model()
        self.client.delete_logged_model(made)
        self.refused("RESOURCE_DOES_NOT_EXIST", self.client.get_logged_model, made)
        self.assertEqual(self.search(), [])

    def test_search(self):
        run_id = self.run_of(self.experiment_id)
        one = self.model("one", params={"rate": "0.1"}, tags={"team": "vision"}, source_run_id=run_id)
        self.model("two", params={"rate": "0.2"}, model_type="agent")
        self.client.log_metric(run_id, "loss", 0.5, model_id=one)
        self.client.finalize_logged_model(one, "READY")
        for filter_string, expected in {
            None: ["two", "one"], "name = 'one'": ["one"], "attributes.name != 'one'": ["two"],
            "params.rate = '0.2'": ["two"], "tags.team = 'vision'": ["one"], "metrics.loss > 0.4": ["one"],
            "metrics.loss > 0.6": [], "name LIKE 'o%'": ["one"], "name ILIKE 'T%'": ["two"],
            f"source_run_id = '{run_id}'": ["one"], "name IN ('one', 'two')": ["two", "one"],
            "name NOT IN ('one')": ["two"], "model_type = 'agent'": ["two"], f"model_id = '{one}'": ["one"],
            "creation_timestamp > 0 AND params.rate = '0.1'": ["one"],
        }.items():
            with self.subTest(filter_string):
                self.assertEqual(self.search(filter_string), expected)
        for filter_string in ("nobody = 'x'", "metrics.loss > 'x'", "x.y = 'z'", "name ="):
            with self.subTest(filter_string):
                self.declined(self.post("logged-models/search", {"experiment_ids": [self.experiment_id],
                                                                 "filter": filter_string}))

    def test_search_in_an_order_and_page_by_page(self):
        for name in ("b", "c", "a"):
            self.model(name)
        by_name = [{"field_name": "name", "ascending": True}]
        self.assertEqual(self.search(order_by=by_name), ["a", "b", "c"])
        self.assertEqual(self.search(order_by=[{"field_name": "creation_timestamp", "ascending": False}]), ["a", "c", "b"])
        first = self.client.search_logged_models([self.experiment_id], max_results=2, order_by=by_name)
        second = self.client.search_logged_models([self.experiment_id], max_results=2, order_by=by_name,
                                                  page_token=first.token)
        self.assertEqual([[model.name for model in page] for page in (first, second)], [["a", "b"], ["c"]])

    def test_search_by_a_metric(self):
        run_id = self.run_of(self.experiment_id)
        for name, loss in (("good", 0.1), ("bad", 0.9)):
            self.client.log_metric(run_id, "loss", loss, model_id=self.model(name))
        order = [{"field_name": "metrics.loss", "ascending": True}]
        self.assertEqual(self.search(order_by=order), ["good", "bad"])

    def test_search_by_a_data_set(self):
        run_id = self.run_of(self.experiment_id)
        for name, dataset in (("here", "a"), ("there", "b")):
            self.client.log_metric(run_id, "loss", 0.5, model_id=self.model(name), dataset_name=dataset,
                                   dataset_digest="123")
        for datasets, expected in (
            ([{"dataset_name": "a", "dataset_digest": "123"}], ["here"]),
            ([{"dataset_name": "b"}], ["there"]),
            ([{"dataset_name": "a", "dataset_digest": "other"}], []),
        ):
            with self.subTest(datasets):
                self.assertEqual(self.search(datasets=datasets), expected)

    def test_knows_the_versions_that_are_it(self):
        name, model_id = self.unique("registered"), self.model("m")
        self.client.create_registered_model(name)
        source = self.client.get_logged_model(model_id).artifact_location
        for _ in range(2):
            self.client.create_model_version(name, source, model_id=model_id)
        told = json.loads(self.client.get_logged_model(model_id).tags["mlflow.modelVersions"])
        self.assertEqual(told, [{"name": name, "version": 1}, {"name": name, "version": 2}])

    def test_inputs_and_outputs_of_a_run(self):
        mlflow.set_experiment(experiment_id=self.experiment_id)
        with mlflow.start_run() as active:
            made = mlflow.initialize_logged_model(name="net").model_id
            mlflow.finalize_logged_model(made, "READY")
        run = self.client.get_run(active.info.run_id)
        self.assertEqual(self.client.get_logged_model(made).source_run_id, active.info.run_id)
        self.client.log_outputs(run.info.run_id, [mlflow.entities.LoggedModelOutput(made, 3)])
        outputs = self.client.get_run(active.info.run_id).outputs.model_outputs
        self.assertIn((made, 3), {(output.model_id, output.step) for output in outputs})

    def test_artifacts(self):
        made = self.model()
        file = self.folder() / "weights.bin"
        file.write_bytes(b"12345")
        self.client.log_model_artifact(made, str(file))
        listed = self.client.list_logged_model_artifacts(made)
        self.assertEqual([(one.path, one.file_size) for one in listed], [("weights.bin", 5)])
        model = self.client.get_logged_model(made)
        where = mlflow.artifacts.download_artifacts(f"{model.artifact_location}/weights.bin", dst_path=str(self.folder()))
        with open(where, "rb") as read:
            self.assertEqual(read.read(), b"12345")

    def test_what_is_not_there(self):
        nobody = "m-" + "0" * 32
        for call in (lambda: self.client.get_logged_model(nobody), lambda: self.client.delete_logged_model(nobody),
                     lambda: self.client.finalize_logged_model(nobody, "READY")):
            self.refused("RESOURCE_DOES_NOT_EXIST", call)
        answer = self.http("PATCH", f"/api/2.0/mlflow/logged-models/{nobody}/tags", {"tags": [{"key": "a", "value": "b"}]})
        self.assertEqual((answer.status, answer.error), (404, "RESOURCE_DOES_NOT_EXIST"))


if __name__ == "__main__":
    unittest.main()
