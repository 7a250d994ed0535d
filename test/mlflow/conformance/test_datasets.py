"""Datasets that a run was given."""
import json
import unittest

import mlflow
import numpy
import pandas
from support import ConformanceTest

FRAME = pandas.DataFrame({"x": [1.0, 2.0], "label": [0, 1]})


class Datasets(ConformanceTest):
    def logged(self, *inputs, **options):
        """A run with these inputs, each (dataset, context, tags)."""
        with mlflow.start_run(**options) as active:
            for dataset, context, tags in inputs:
                mlflow.log_input(dataset, context=context, tags=tags)
        return active.info.run_id

    def test_a_table_comes_back_on_its_run(self):
        self.active_experiment()
        dataset = mlflow.data.from_pandas(FRAME, source="https://example.com/größe.csv", name="train", targets="label")
        run_id = self.logged((dataset, "training", {"split": "80 %"}))
        (given,) = self.client.get_run(run_id).inputs.dataset_inputs
        self.assertEqual((given.dataset.name, given.dataset.digest), ("train", dataset.digest))
        self.assertEqual((given.dataset.source_type, given.dataset.source),
                         (dataset.source._get_source_type(), dataset.source.to_json()))
        document = json.loads(dataset.to_json())
        self.assertEqual((given.dataset.schema, given.dataset.profile), (document["schema"], document["profile"]))
        self.assertEqual({tag.key: tag.value for tag in given.tags},
                         {"mlflow.data.context": "training", "split": "80 %"})

    def test_the_data_itself_is_not_needed_to_find_the_source(self):
        self.active_experiment()
        dataset = mlflow.data.from_pandas(FRAME, source="https://example.com/a.csv", name="train")
        run_id = self.logged((dataset, "training", None))
        (given,) = self.client.get_run(run_id).inputs.dataset_inputs
        self.assertEqual(mlflow.data.get_source(given).url, "https://example.com/a.csv")

    def test_several_for_one_run(self):
        self.active_experiment()
        run_id = self.logged((mlflow.data.from_pandas(FRAME, name="train"), "training", None),
                             (mlflow.data.from_numpy(numpy.eye(3), name="test"), "validation", None))
        given = self.client.get_run(run_id).inputs.dataset_inputs
        self.assertEqual({(one.dataset.name, one.tags[0].value) for one in given},
                         {("train", "training"), ("test", "validation")})

    def test_the_same_again_stays_one(self):
        self.active_experiment()
        dataset = mlflow.data.from_pandas(FRAME, name="train")
        run_id = self.logged((dataset, "training", None), (dataset, "training", None))
        self.assertEqual(len(self.client.get_run(run_id).inputs.dataset_inputs), 1)
        again = self.logged((dataset, "training", None))
        self.assertEqual(len(self.client.get_run(again).inputs.dataset_inputs), 1)

    def test_what_is_said_first_of_a_use_counts(self):
        self.active_experiment()
        dataset = mlflow.data.from_pandas(FRAME, name="train")
        run_id = self.logged((dataset, "training", {"split": "80 %"}), (dataset, "testing", None))
        (given,) = self.client.get_run(run_id).inputs.dataset_inputs
        self.assertEqual({tag.key: tag.value for tag in given.tags},
                         {"mlflow.data.context": "training", "split": "80 %"})

    def test_runs_are_found_by_their_datasets(self):
        experiment_id = self.active_experiment()
        one = self.logged((mlflow.data.from_pandas(FRAME, name="cats"), "training", None))
        two = self.logged((mlflow.data.from_pandas(FRAME * 2, name="dogs"), "testing", None))
        neither = self.logged()
        digest = self.client.get_run(two).inputs.dataset_inputs[0].dataset.digest
        for filter_string, expected in {
            "dataset.name = 'cats'": {one},
            "datasets.name LIKE '%s'": {one, two},
            "dataset.name ILIKE 'D%'": {two},
            "dataset.name IN ('dogs', 'birds')": {two},
            f"dataset.digest = '{digest}'": {two},
            "dataset.context = 'training'": {one},
            "dataset.name = 'cats' AND dataset.context = 'testing'": set(),
            "": {one, two, neither},
        }.items():
            with self.subTest(filter_string):
                found = self.client.search_runs([experiment_id], filter_string)
                self.assertEqual({run.info.run_id for run in found}, expected)
        self.refused("INVALID_PARAMETER_VALUE", self.client.search_runs, [experiment_id], "dataset.name > 'a'")
        self.refused("INVALID_PARAMETER_VALUE", self.client.search_runs, [experiment_id], "dataset.nobody = 'a'")

    def test_found_runs_have_their_inputs(self):
        experiment_id = self.active_experiment()
        self.logged((mlflow.data.from_pandas(FRAME, name="cats"), "training", None))
        (run,) = self.client.search_runs([experiment_id])
        self.assertEqual(run.inputs.dataset_inputs[0].dataset.name, "cats")

    def test_the_datasets_of_an_experiment(self):
        experiment_id = self.active_experiment()
        self.logged((mlflow.data.from_pandas(FRAME, name="cats"), "training", None))
        # Only MLflow's own page asks for this, so it is served under the address of pages only.
        answer = self.http("POST", "/ajax-api/2.0/mlflow/experiments/search-datasets",
                           {"experiment_ids": [experiment_id]})
        self.assertEqual(answer.status, 200, answer.body)
        (summary,) = answer.document["dataset_summaries"]
        self.assertEqual((summary["experiment_id"], summary["name"], summary["context"]),
                         (experiment_id, "cats", "training"))

    def test_what_is_refused(self):
        run_id = self.run_of()
        dataset = {"name": "n", "digest": "d", "source_type": "local", "source": "{}"}
        for field, value in (("name", "n" * 501), ("digest", "d" * 37),
                             ("source", "s" * 65_536)):
            with self.subTest(f"{field} of {len(value)}"):
                self.invalid(self.inputs(run_id, {**dataset, field: value}))
        self.assertEqual(self.inputs("0" * 32, dataset).error, "RESOURCE_DOES_NOT_EXIST")
        self.assertEqual(self.inputs(run_id, dataset).status, 200)

    def inputs(self, run_id, dataset):
        return self.post("runs/log-inputs", {"run_id": run_id, "datasets": [{"dataset": dataset, "tags": []}]})


if __name__ == "__main__":
    unittest.main()
