"""Models as scripts log, register and load them, with scikit-learn."""
import json
import os
import unittest

# Otherwise autolog starts a process that loads the model, to find out what that needs; this gives it up at once.
os.environ["MLFLOW_REQUIREMENTS_INFERENCE_TIMEOUT"] = "1"

import mlflow
import numpy
from sklearn.linear_model import LogisticRegression
from support import CLIENT, ConformanceTest, Version, since

DATA = numpy.array([[0.0], [1.0], [2.0], [3.0]])
LABELS = numpy.array([0, 0, 1, 1])
# Named, so that no process is started for it.
REQUIREMENTS = ["scikit-learn"]


class Models(ConformanceTest):
    def setUp(self):
        super().setUp()
        self.experiment_id = self.active_experiment()
        self.fitted = LogisticRegression().fit(DATA, LABELS)

    def log_model(self, name="model", **options):
        options.setdefault("pip_requirements", REQUIREMENTS)
        if CLIENT >= Version("3"):
            return mlflow.sklearn.log_model(self.fitted, name=name, **self.trusted(), **options)
        return mlflow.sklearn.log_model(self.fitted, name, **options)

    @staticmethod
    def trusted():
        """The newest clients load a pickled model only from whoever says so; what is pickled here is ours."""
        return {"serialization_format": "cloudpickle"}

    def loads(self, uri):
        self.assertEqual(list(mlflow.sklearn.load_model(uri).predict(DATA)), list(self.fitted.predict(DATA)))

    def test_logged_and_loaded_by_the_run(self):
        with mlflow.start_run() as active:
            info = self.log_model(input_example=DATA, signature=mlflow.models.infer_signature(DATA, LABELS))
        self.loads(info.model_uri)
        self.loads(f"runs:/{active.info.run_id}/model")
        model = mlflow.pyfunc.load_model(info.model_uri)
        self.assertEqual(list(model.predict(DATA)), list(self.fitted.predict(DATA)))
        self.assertIsNotNone(model.metadata.signature)
        self.assertEqual(mlflow.models.Model.load(info.model_uri).run_id, active.info.run_id)

    def test_registered_as_it_is_logged(self):
        name = self.unique("model")
        with mlflow.start_run() as active:
            self.log_model(registered_model_name=name)
        version = self.client.get_model_version(name, "1")
        self.assertEqual((version.status, version.run_id), ("READY", active.info.run_id))
        self.client.set_registered_model_alias(name, "champion", version.version)
        self.client.transition_model_version_stage(name, version.version, "Production")
        for uri in (f"models:/{name}/1", f"models:/{name}@champion", f"models:/{name}/latest",
                    f"models:/{name}/Production"):
            with self.subTest(uri):
                self.loads(uri)
        self.assertTrue(self.client.get_model_version_download_uri(name, "1"))

    def test_registered_later(self):
        name = self.unique("model")
        with mlflow.start_run() as active:
            self.log_model()
        first = mlflow.register_model(f"runs:/{active.info.run_id}/model", name, tags={"a": "1"})
        second = mlflow.register_model(f"runs:/{active.info.run_id}/model", name)
        self.assertEqual((int(first.version), int(second.version)), (1, 2))
        self.assertEqual(self.client.get_model_version(name, "1").tags.get("a"), "1")
        self.loads(f"models:/{name}/2")

    @since("2.15", "copy_model_version of a version by its alias")
    def test_copied_to_another_name(self):
        name, copied = self.unique("model"), self.unique("copied")
        with mlflow.start_run():
            self.log_model(registered_model_name=name)
        version = self.client.copy_model_version(f"models:/{name}/1", copied)
        self.assertEqual((version.name, int(version.version)), (copied, 1))
        self.loads(f"models:/{copied}/1")

    def test_the_files_of_a_model_are_artifacts(self):
        with mlflow.start_run() as active:
            self.log_model()
        self.assertIn("MLmodel", self.names_at(f"runs:/{active.info.run_id}/model"))

    def test_a_client_before_3_notes_its_models_on_the_run(self):
        run_id = self.run_of()
        model = {"run_id": run_id, "artifact_path": "model", "flavors": {"sklearn": {"v": 1}},
                 "utc_time_created": "2024-01-01 00:00:00", "model_uuid": "1"}
        answer = self.post("runs/log-model", {"run_id": run_id, "model_json": json.dumps(model)})
        self.assertEqual(answer.status, 200, answer.body)
        noted = json.loads(self.client.get_run(run_id).data.tags["mlflow.log-model.history"])
        self.assertEqual([one["artifact_path"] for one in noted], ["model"])

    def test_autolog(self):
        mlflow.sklearn.autolog(log_models=False, log_input_examples=False, silent=True)
        self.addCleanup(mlflow.sklearn.autolog, disable=True, silent=True)
        with mlflow.start_run() as active:
            LogisticRegression(C=0.5).fit(DATA, LABELS)
        run = self.client.get_run(active.info.run_id)
        self.assertEqual((run.data.params["C"], run.data.tags["estimator_name"]), ("0.5", "LogisticRegression"))
        self.assertIn("training_accuracy_score", run.data.metrics)
        self.assertEqual(run.inputs.dataset_inputs[0].tags[0].value, "train")
        self.assertTrue(self.client.list_artifacts(active.info.run_id))

    def test_autolog_starts_a_run_by_itself_and_logs_the_model(self):
        mlflow.sklearn.autolog(silent=True)
        self.addCleanup(mlflow.sklearn.autolog, disable=True, silent=True)
        LogisticRegression(C=0.5).fit(DATA, LABELS)
        (run,) = self.client.search_runs([self.experiment_id])
        self.assertEqual((run.info.status, run.data.params["C"]), ("FINISHED", "0.5"))
        self.assertIn("MLmodel", self.names_at(f"runs:/{run.info.run_id}/model"))


if __name__ == "__main__":
    unittest.main()
