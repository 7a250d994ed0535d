"""Experiments: made, found, named, labelled, thrown away and taken back."""
import unittest

import mlflow
from mlflow.entities import ViewType
from support import ConformanceTest


class Making(ConformanceTest):
    def test_the_first_experiment_is_there_from_the_start(self):
        default = self.client.get_experiment("0")
        self.assertEqual((default.name, default.lifecycle_stage), ("Default", "active"))
        self.assertEqual(self.client.get_experiment_by_name("Default").experiment_id, "0")

    def test_an_experiment_is_found_by_id_and_by_name(self):
        name = self.unique()
        made = self.client.create_experiment(name, tags={"team": "vision"})
        self.assertIsInstance(made, str)
        for experiment in (self.client.get_experiment(made), self.client.get_experiment_by_name(name)):
            self.assertEqual((experiment.experiment_id, experiment.name), (made, name))
            self.assertEqual(experiment.lifecycle_stage, "active")
            self.assertEqual(experiment.tags["team"], "vision")
            self.assertTrue(experiment.artifact_location)
            self.assertGreater(experiment.creation_time, 1_500_000_000_000)
            self.assertGreaterEqual(experiment.last_update_time, experiment.creation_time)

    def test_a_name_that_nobody_has_is_none(self):
        self.assertIsNone(self.client.get_experiment_by_name(self.unique()))

    def test_an_id_that_nobody_has(self):
        self.refused("RESOURCE_DOES_NOT_EXIST", self.client.get_experiment, "123456789")

    def test_a_name_is_given_once(self):
        name = self.unique()
        self.client.create_experiment(name)
        self.refused("RESOURCE_ALREADY_EXISTS", self.client.create_experiment, name)

    def test_a_name_stays_taken_while_its_experiment_is_deleted(self):
        name = self.unique()
        self.client.delete_experiment(self.client.create_experiment(name))
        said = self.refused("RESOURCE_ALREADY_EXISTS", self.client.create_experiment, name)
        self.assertIn("deleted", said)

    def test_names_in_any_script(self):
        for name in ("größe/лог 実験 🧪", "a.b-c_d e/f", "100% \"quoted\" 'name'", "?a=b&c#d+e"):
            with self.subTest(name):
                name = f"{name} {self.unique()}"
                made = self.client.create_experiment(name)
                self.assertEqual(self.client.get_experiment_by_name(name).experiment_id, made)

    def test_a_name_has_500_characters_at_most(self):
        name = self.unique()
        longest = name + "x" * (500 - len(name))
        self.client.create_experiment(longest)
        self.assertEqual(self.client.get_experiment_by_name(longest).name, longest)
        self.invalid(self.post("experiments/create", {"name": longest + "x"}))

    def test_an_artifact_location_of_ones_own(self):
        made = self.client.create_experiment(self.unique(), artifact_location=(self.folder() / "own").as_uri())
        self.assertTrue(self.client.get_experiment(made).artifact_location.endswith("/own"))

    def test_set_experiment_makes_one_and_then_finds_it(self):
        name = self.unique()
        made = mlflow.set_experiment(name)
        self.assertEqual(made.name, name)
        self.assertEqual(mlflow.set_experiment(name).experiment_id, made.experiment_id)
        self.assertEqual(mlflow.set_experiment(experiment_id=made.experiment_id).name, name)
        with mlflow.start_run() as run:
            self.assertEqual(run.info.experiment_id, made.experiment_id)


class Changing(ConformanceTest):
    def test_a_new_name(self):
        name, renamed = self.unique("old"), self.unique("new")
        made = self.client.create_experiment(name)
        self.client.rename_experiment(made, renamed)
        self.assertEqual(self.client.get_experiment(made).name, renamed)
        self.assertIsNone(self.client.get_experiment_by_name(name))

    def test_a_name_that_another_has(self):
        name = self.unique()
        self.client.create_experiment(name)
        other = self.experiment()
        self.declined(self.post("experiments/update", {"experiment_id": other, "new_name": name}))
        self.assertNotEqual(self.client.get_experiment(other).name, name)

    def test_a_deleted_experiment_takes_no_new_name_and_no_runs(self):
        made = self.experiment()
        self.client.delete_experiment(made)
        self.declined(self.post("experiments/update", {"experiment_id": made, "new_name": self.unique()}))
        self.declined(self.post("runs/create", {"experiment_id": made}))

    def test_deleted_and_restored(self):
        made = self.experiment()
        run = self.run_of(made)
        self.client.delete_experiment(made)
        self.assertEqual(self.client.get_experiment(made).lifecycle_stage, "deleted")
        self.assertEqual(self.client.get_run(run).info.lifecycle_stage, "deleted")
        self.client.restore_experiment(made)
        self.assertEqual(self.client.get_experiment(made).lifecycle_stage, "active")
        self.assertEqual(self.client.get_run(run).info.lifecycle_stage, "active")

    def test_deleting_what_is_not_there(self):
        self.refused("RESOURCE_DOES_NOT_EXIST", self.client.delete_experiment, "123456789")
        self.refused("RESOURCE_DOES_NOT_EXIST", self.client.restore_experiment, "123456789")

    def test_tags_are_set_and_overwritten(self):
        made = self.experiment()
        self.client.set_experiment_tag(made, "team", "vision")
        self.client.set_experiment_tag(made, "team", "größer")
        self.client.set_experiment_tag(made, "mlflow.note.content", "# A note\n")
        tags = self.client.get_experiment(made).tags
        self.assertEqual((tags["team"], tags["mlflow.note.content"]), ("größer", "# A note\n"))

    @unittest.skipUnless(hasattr(mlflow, "delete_experiment_tag"), "this client can't take an experiment's tag away")
    def test_tags_are_taken_away(self):
        made = self.experiment(tags={"team": "vision", "other": "stays"})
        self.client.delete_experiment_tag(made, "team")
        tags = self.client.get_experiment(made).tags
        self.assertEqual((tags.get("team"), tags["other"]), (None, "stays"))

    def test_a_tag_of_an_experiment_that_is_not_there(self):
        self.refused("RESOURCE_DOES_NOT_EXIST", self.client.set_experiment_tag, "123456789", "a", "b")


class Searching(ConformanceTest):
    def setUp(self):
        super().setUp()
        self.prefix = self.unique("search")
        self.ids = {}
        for name in ("alpha", "Beta", "gamma"):
            self.ids[name] = self.client.create_experiment(f"{self.prefix}-{name}", tags={"kind": name, "a.b/c": "x"})

    def found(self, filter_string=None, **options):
        """The short names of those of this test's experiments that a search gives, in its order."""
        mine = f"name LIKE '{self.prefix}-%'"
        whole = mine if filter_string is None else f"{mine} AND {filter_string}"
        return [experiment.name.rpartition("-")[2]
                for experiment in self.client.search_experiments(filter_string=whole, **options)]

    def test_the_newest_comes_first(self):
        self.assertEqual(self.found(), ["gamma", "Beta", "alpha"])

    def test_by_name(self):
        self.assertEqual(self.found(f"name = '{self.prefix}-alpha'"), ["alpha"])
        self.assertEqual(self.found(f"attribute.name != '{self.prefix}-alpha'"), ["gamma", "Beta"])
        self.assertEqual(self.found("name LIKE '%-BETA'"), [])
        self.assertEqual(self.found("name ILIKE '%-BETA'"), ["Beta"])

    def test_by_tag(self):
        self.assertEqual(self.found("tags.kind = 'Beta'"), ["Beta"])
        self.assertEqual(self.found("tag.kind != 'Beta'"), ["gamma", "alpha"])
        self.assertEqual(self.found("tags.kind LIKE 'g%'"), ["gamma"])
        self.assertEqual(self.found("tags.kind ILIKE 'b%'"), ["Beta"])
        self.assertEqual(self.found("tags.`a.b/c` = 'x' AND tags.\"kind\" = 'alpha'"), ["alpha"])
        self.assertEqual(self.found("tags.kind = 'nobody'"), [])

    def test_by_time(self):
        self.assertEqual(len(self.found("creation_time > 0")), 3)
        self.assertEqual(self.found("last_update_time < 1000"), [])
        created = self.client.get_experiment(self.ids["Beta"]).creation_time
        self.assertIn("Beta", self.found(f"creation_time = {created}"))

    def test_in_an_order(self):
        self.assertEqual(self.found(order_by=["name ASC"]), ["Beta", "alpha", "gamma"])
        self.assertEqual(self.found(order_by=["name DESC"]), ["gamma", "alpha", "Beta"])
        self.assertEqual(self.found(order_by=["creation_time"]), ["alpha", "Beta", "gamma"])
        self.assertEqual(self.found(order_by=["experiment_id DESC"]), ["gamma", "Beta", "alpha"])
        self.client.set_experiment_tag(self.ids["alpha"], "touched", "1")
        self.client.rename_experiment(self.ids["alpha"], f"{self.prefix}-alpha")
        self.assertEqual(self.found(order_by=["last_update_time DESC"])[0], "alpha")

    def test_page_by_page(self):
        options = {"filter_string": f"name LIKE '{self.prefix}-%'", "order_by": ["name ASC"], "max_results": 2}
        first = self.client.search_experiments(**options)
        self.assertEqual([experiment.name[-4:] for experiment in first], ["Beta", "lpha"])
        self.assertTrue(first.token)
        second = self.client.search_experiments(page_token=first.token, **options)
        self.assertEqual([experiment.name[-5:] for experiment in second], ["gamma"])
        self.assertFalse(second.token)

    def test_by_stage(self):
        self.client.delete_experiment(self.ids["Beta"])
        self.assertEqual(self.found(), ["gamma", "alpha"])
        self.assertEqual(self.found(view_type=ViewType.DELETED_ONLY), ["Beta"])
        self.assertEqual(self.found(view_type=ViewType.ALL), ["gamma", "Beta", "alpha"])

    def test_through_the_fluent_function(self):
        found = mlflow.search_experiments(filter_string=f"name ILIKE '{self.prefix}%'", order_by=["name"])
        self.assertEqual(len(found), 3)

    def test_filters_that_mean_nothing(self):
        for filter_string in ("nobody = 'x'", "name ~ 'x'", "name = ", "name > 'x'", "creation_time LIKE 'x'",
                              "name = 'a' OR name = 'b'", "metrics.loss > 1"):
            with self.subTest(filter_string):
                self.refused("INVALID_PARAMETER_VALUE", self.client.search_experiments, filter_string=filter_string)

    def test_orders_and_sizes_that_mean_nothing(self):
        self.refused("INVALID_PARAMETER_VALUE", self.client.search_experiments, order_by=["nobody ASC"])
        self.refused("INVALID_PARAMETER_VALUE", self.client.search_experiments, order_by=["name SIDEWAYS"])
        for size in (0, -1, 50_001):
            with self.subTest(size):
                self.invalid(self.post("experiments/search", {"max_results": size}))
        self.refused("INVALID_PARAMETER_VALUE", self.client.search_experiments, page_token="not a token")


if __name__ == "__main__":
    unittest.main()
