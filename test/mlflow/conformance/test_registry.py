"""The model registry: names, versions, stages, aliases, tags, and the search for them."""
import time
import unittest

import mlflow
from support import ConformanceTest


class RegistryTest(ConformanceTest):
    def model(self, **options):
        name = self.unique("model")
        self.client.create_registered_model(name, **options)
        return name

    def version(self, name, run_id=None, **options):
        run_id = run_id or self.run_of()
        source = f"{self.client.get_run(run_id).info.artifact_uri}/model"
        return self.client.create_model_version(name, source, run_id=run_id, **options).version


class Models(RegistryTest):
    def test_made_and_found(self):
        name = self.model(tags={"task": "detection"}, description="# What it does")
        model = self.client.get_registered_model(name)
        self.assertEqual((model.name, model.description, model.tags), (name, "# What it does", {"task": "detection"}))
        self.assertGreater(model.creation_timestamp, 1_500_000_000_000)
        self.assertGreaterEqual(model.last_updated_timestamp, model.creation_timestamp)
        self.assertEqual(list(model.latest_versions), [])

    def test_a_name_is_given_once(self):
        self.refused("RESOURCE_ALREADY_EXISTS", self.client.create_registered_model, self.model())

    def test_names(self):
        for name in ("größe 実験", "with space", "a.b-c_d", "50%", "a'b"):
            with self.subTest(name):
                name = f"{name} {self.unique()}"
                self.client.create_registered_model(name)
                self.assertEqual(self.client.get_registered_model(name).name, name)
                self.assertEqual(self.client.get_model_version(name, self.version(name)).name, name)

    def test_names_that_are_refused(self):
        for name in ("", "a/b", "a:b"):
            with self.subTest(name):
                self.invalid(self.post("registered-models/create", {"name": name}))

    def test_renamed(self):
        name, renamed = self.model(), self.unique("renamed")
        version = self.version(name)
        self.client.set_registered_model_alias(name, "champion", version)
        self.client.rename_registered_model(name, renamed)
        self.refused("RESOURCE_DOES_NOT_EXIST", self.client.get_registered_model, name)
        self.assertEqual(self.client.get_model_version(renamed, version).name, renamed)
        self.assertEqual(self.client.get_registered_model(renamed).aliases, {"champion": version})

    def test_renamed_to_what_another_has(self):
        self.refused("RESOURCE_ALREADY_EXISTS", self.client.rename_registered_model, self.model(), self.model())

    def test_updated(self):
        name = self.model(description="old")
        self.client.update_registered_model(name, description="new")
        self.assertEqual(self.client.get_registered_model(name).description, "new")

    def test_deleted(self):
        name = self.model()
        self.version(name)
        self.client.delete_registered_model(name)
        self.refused("RESOURCE_DOES_NOT_EXIST", self.client.get_registered_model, name)
        self.refused("RESOURCE_DOES_NOT_EXIST", self.client.get_model_version, name, "1")
        self.client.create_registered_model(name)
        self.assertEqual(int(self.version(name)), 1)

    def test_tags(self):
        name = self.model(tags={"a": "1"})
        self.client.set_registered_model_tag(name, "a", "2")
        self.client.set_registered_model_tag(name, "größe", "xl")
        self.assertEqual(self.client.get_registered_model(name).tags, {"a": "2", "größe": "xl"})
        self.client.delete_registered_model_tag(name, "a")
        self.assertEqual(self.client.get_registered_model(name).tags, {"größe": "xl"})

    def test_what_is_not_there(self):
        nobody = self.unique()
        for call in (lambda: self.client.get_registered_model(nobody),
                     lambda: self.client.update_registered_model(nobody, "x"),
                     lambda: self.client.delete_registered_model(nobody),
                     lambda: self.client.set_registered_model_tag(nobody, "a", "b"),
                     lambda: self.client.create_model_version(nobody, "s3://bucket/model"),
                     lambda: self.client.get_model_version(nobody, "1"),
                     lambda: self.client.rename_registered_model(nobody, self.unique())):
            self.refused("RESOURCE_DOES_NOT_EXIST", call)


class Versions(RegistryTest):
    def test_counted_from_one(self):
        name = self.model()
        self.assertEqual([int(self.version(name)) for _ in range(3)], [1, 2, 3])
        self.client.delete_model_version(name, "2")
        self.assertEqual(int(self.version(name)), 4)
        self.refused("RESOURCE_DOES_NOT_EXIST", self.client.get_model_version, name, "2")

    def test_every_field(self):
        name, run_id = self.model(), self.run_of()
        number = self.version(name, run_id, tags={"a": "1"}, description="first", run_link="https://example.com/run")
        version = self.client.get_model_version(name, number)
        self.assertEqual((version.name, int(version.version), version.run_id, version.description, version.tags),
                         (name, 1, run_id, "first", {"a": "1"}))
        self.assertEqual((version.status, version.current_stage, version.run_link),
                         ("READY", "None", "https://example.com/run"))
        self.assertEqual(version.source, f"{self.client.get_run(run_id).info.artifact_uri}/model")
        self.assertGreater(version.creation_timestamp, 1_500_000_000_000)
        self.assertTrue(self.client.get_model_version_download_uri(name, number).endswith("/model"))

    def test_updated(self):
        name = self.model()
        number = self.version(name, description="old")
        self.client.update_model_version(name, number, description="new")
        self.assertEqual(self.client.get_model_version(name, number).description, "new")

    def test_tags(self):
        name = self.model()
        number = self.version(name)
        self.client.set_model_version_tag(name, number, "a", "1")
        self.client.set_model_version_tag(name, number, "a", "2")
        self.client.set_model_version_tag(name, number, "b", "3")
        self.client.delete_model_version_tag(name, number, "b")
        self.assertEqual(self.client.get_model_version(name, number).tags, {"a": "2"})

    def test_stages(self):
        name = self.model()
        one, two = self.version(name), self.version(name)
        self.client.transition_model_version_stage(name, one, "Production")
        self.client.transition_model_version_stage(name, two, "production")
        self.assertEqual(self.stages(name), {1: "Production", 2: "Production"})
        three = self.version(name)
        self.client.transition_model_version_stage(name, three, "Production", archive_existing_versions=True)
        self.assertEqual(self.stages(name), {1: "Archived", 2: "Archived", 3: "Production"})
        self.client.transition_model_version_stage(name, one, "None")
        self.assertEqual(self.stages(name)[1], "None")
        self.refused("INVALID_PARAMETER_VALUE", self.client.transition_model_version_stage, name, one, "Nirvana")

    def stages(self, name):
        found = self.client.search_model_versions(f"name = '{name}'")
        return {int(version.version): version.current_stage for version in found}

    def test_latest_versions(self):
        name = self.model()
        one, _two, three = self.version(name), self.version(name), self.version(name)
        self.client.transition_model_version_stage(name, one, "Staging")
        latest = {version.current_stage: version.version for version in self.client.get_latest_versions(name)}
        self.assertEqual(latest, {"Staging": one, "None": three})
        (staging,) = self.client.get_latest_versions(name, ["Staging"])
        self.assertEqual(staging.version, one)
        self.assertEqual(self.client.get_latest_versions(name, ["Production"]), [])
        self.assertEqual(len(self.client.get_registered_model(name).latest_versions), 2)

    def test_aliases(self):
        name = self.model()
        one, two = self.version(name), self.version(name)
        self.client.set_registered_model_alias(name, "champion", one)
        self.client.set_registered_model_alias(name, "a_b-C1", one)
        self.assertEqual(set(self.client.get_model_version(name, one).aliases), {"champion", "a_b-C1"})
        self.client.set_registered_model_alias(name, "champion", two)
        self.assertEqual(self.client.get_model_version_by_alias(name, "champion").version, two)
        self.assertEqual(self.client.get_registered_model(name).aliases, {"champion": two, "a_b-C1": one})
        self.client.delete_registered_model_alias(name, "champion")
        # MLflow's own server says INVALID_PARAMETER_VALUE for an alias that is not there.
        self.refused("INVALID_PARAMETER_VALUE", self.client.get_model_version_by_alias, name, "champion")
        self.client.delete_model_version(name, one)
        self.assertEqual(self.client.get_registered_model(name).aliases, {})

    def test_aliases_that_are_refused(self):
        name = self.model()
        self.version(name)
        for alias in ("", "v1", "V12", "latest", "a b", "a/b", "größe!", "x" * 256):
            with self.subTest(alias):
                self.invalid(self.post("registered-models/alias", {"name": name, "alias": alias, "version": "1"}))
        self.refused("RESOURCE_DOES_NOT_EXIST", self.client.set_registered_model_alias, name, "champion", "77")

    def test_what_is_not_there(self):
        name = self.model()
        for call in (lambda: self.client.get_model_version(name, "1"),
                     lambda: self.client.update_model_version(name, "1", "x"),
                     lambda: self.client.delete_model_version(name, "1"),
                     lambda: self.client.set_model_version_tag(name, "1", "a", "b"),
                     lambda: self.client.get_model_version_download_uri(name, "1"),
                     lambda: self.client.transition_model_version_stage(name, "1", "Staging")):
            self.refused("RESOURCE_DOES_NOT_EXIST", call)

    def test_a_number_that_is_none(self):
        answer = self.get("model-versions/get", name=self.model(), version="first")
        self.invalid(answer)

    def test_a_source_outside_the_run(self):
        name = self.model()
        for source in ("file:///etc", "/etc/passwd", "../../etc", "file:///etc/passwd?x=1", "mlflow-artifacts:/1/..%2f..%2fetc",
                       "mlflow-artifacts:/1/%252e%252e/etc", "mlflow-artifacts:/1/model%00", "s3://bucket/..\\etc"):
            with self.subTest(source):
                self.declined(self.post("model-versions/create", {"name": name, "source": source}))


class Searching(RegistryTest):
    def setUp(self):
        super().setUp()
        self.prefix = self.unique("search")
        for name in ("alpha", "Beta", "gamma"):
            self.client.create_registered_model(f"{self.prefix}-{name}", tags={"kind": name, "both": "x"})

    def models(self, filter_string=None, **options):
        mine = f"name LIKE '{self.prefix}-%'"
        whole = mine if filter_string is None else f"{mine} AND {filter_string}"
        return [model.name.rpartition("-")[2] for model in self.client.search_registered_models(whole, **options)]

    def test_models(self):
        self.assertEqual(self.models(), ["Beta", "alpha", "gamma"])
        self.assertEqual(self.models("name ILIKE '%-BETA'"), ["Beta"])
        self.assertEqual(self.models("name LIKE '%-BETA'"), [])
        self.assertEqual(self.models(f"name != '{self.prefix}-alpha'"), ["Beta", "gamma"])
        self.assertEqual(self.models("tags.kind = 'gamma' AND tags.both = 'x'"), ["gamma"])
        self.assertEqual(self.models("tags.kind ILIKE 'B%'"), ["Beta"])

    def test_what_newer_clients_add_to_every_filter(self):
        # They leave prompts out, which have this tag; models, which do not have it, must be found all the same.
        unlike = f"name LIKE '{self.prefix}-%' AND tag.`mlflow.prompt.is_prompt` != 'true'"
        answer = self.get("registered-models/search", filter=unlike)
        self.assertEqual(len(answer.document.get("registered_models", [])), 3, answer.body)
        self.client.set_registered_model_tag(f"{self.prefix}-Beta", "mlflow.prompt.is_prompt", "true")
        answer = self.get("registered-models/search", filter=unlike)
        self.assertEqual(len(answer.document.get("registered_models", [])), 2, answer.body)

    def test_models_in_an_order(self):
        self.assertEqual(self.models(order_by=["name DESC"]), ["gamma", "alpha", "Beta"])
        self.assertEqual(self.models(order_by=["timestamp DESC"]), ["gamma", "Beta", "alpha"])
        self.client.update_registered_model(f"{self.prefix}-alpha", "touched")
        self.assertEqual(self.models(order_by=["last_updated_timestamp DESC"])[0], "alpha")
        self.refused("INVALID_PARAMETER_VALUE", self.client.search_registered_models, order_by=["nobody ASC"])

    def test_models_page_by_page(self):
        filter_string = f"name LIKE '{self.prefix}-%'"
        first = self.client.search_registered_models(filter_string, max_results=2)
        second = self.client.search_registered_models(filter_string, max_results=2, page_token=first.token)
        self.assertEqual((len(first), len(second), second.token or None), (2, 1, None))
        self.assertEqual(len({model.name for model in [*first, *second]}), 3)
        self.invalid(self.get("registered-models/search", max_results=1001))

    def test_models_that_no_filter_means(self):
        for filter_string in ("nobody = 'x'", "name > 'x'", "name = ", "metrics.loss > 1", "name = 'a' OR name = 'b'"):
            with self.subTest(filter_string):
                self.refused("INVALID_PARAMETER_VALUE", self.client.search_registered_models, filter_string)

    def test_versions(self):
        name, run_id = f"{self.prefix}-alpha", self.run_of()
        self.version(name, run_id, tags={"t": "1"})
        self.version(name, tags={"t": "2"})
        self.version(f"{self.prefix}-gamma", run_id)
        source = f"{self.client.get_run(run_id).info.artifact_uri}/model"
        for filter_string, expected in {
            f"name = '{name}'": {("alpha", 1), ("alpha", 2)},
            f"name LIKE '{self.prefix}-%'": {("alpha", 1), ("alpha", 2), ("gamma", 1)},
            f"name ILIKE '{self.prefix.upper()}-G%'": {("gamma", 1)},
            f"run_id = '{run_id}'": {("alpha", 1), ("gamma", 1)},
            f"run_id IN ('{run_id}')": {("alpha", 1), ("gamma", 1)},
            f"name = '{name}' AND tags.t = '2'": {("alpha", 2)},
            f"source_path = '{source}'": {("alpha", 1), ("gamma", 1)},
            f"name = '{name}' AND version_number = 2": {("alpha", 2)},
            f"name = '{self.unique()}'": set(),
        }.items():
            with self.subTest(filter_string):
                found = self.client.search_model_versions(filter_string)
                self.assertEqual({(version.name.rpartition("-")[2], int(version.version)) for version in found}, expected)
        self.refused("INVALID_PARAMETER_VALUE", self.client.search_model_versions, "nobody = 'x'")

    def test_versions_in_an_order_and_page_by_page(self):
        name = f"{self.prefix}-Beta"
        for _ in range(3):
            self.version(name)
        options = {"filter_string": f"name = '{name}'", "order_by": ["version_number DESC"], "max_results": 2}
        first = self.client.search_model_versions(**options)
        second = self.client.search_model_versions(page_token=first.token, **options)
        self.assertEqual([[int(version.version) for version in page] for page in (first, second)], [[3, 2], [1]])

    def test_versions_of_the_same_number_are_ordered_by_name(self):
        for name in ("gamma", "alpha", "alpha"):
            self.version(f"{self.prefix}-{name}")
            time.sleep(0.002)  # the last changed would come first
        found = self.client.search_model_versions(f"name LIKE '{self.prefix}-%'", order_by=["version_number DESC"])
        self.assertEqual([(version.name.rpartition("-")[2], int(version.version)) for version in found],
                         [("alpha", 2), ("alpha", 1), ("gamma", 1)])

    def test_through_the_fluent_functions(self):
        name = f"{self.prefix}-alpha"
        self.version(name)
        self.assertEqual(len(mlflow.search_registered_models(filter_string=f"name LIKE '{self.prefix}-%'")), 3)
        self.assertEqual(len(mlflow.search_model_versions(filter_string=f"name = '{name}'")), 1)


if __name__ == "__main__":
    unittest.main()
