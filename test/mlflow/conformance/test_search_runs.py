"""The search for runs: every operator of the grammar, orders, pages, stages and what is refused."""
import math
import unittest
import uuid

import mlflow
from mlflow.entities import Metric, Param, RunTag, ViewType
from support import SERVER, ConformanceTest

# Every run of the tests here: metrics, params, tags, and the attributes that can be chosen.
RUNS = {
    "a": ({"loss": 0.1, "acc/val.top-1": 0.5}, {"rate": "0.1", "model": "Tree", "a b": "x"}, {"team": "Vision"}, 1000),
    "b": ({"loss": 0.2, "acc/val.top-1": 0.9}, {"rate": "0.01", "model": "tree"}, {"team": "vision", "a.b": "y"}, 2000),
    "c": ({"loss": math.nan}, {"rate": "1e-3", "model": "100%_net"}, {"team": "text", "größe": "xl"}, 3000),
    "d": ({}, {}, {}, 4000),
}


class Grammar(ConformanceTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        mlflow.set_tracking_uri(SERVER)
        client = mlflow.MlflowClient()
        cls.experiment_id = client.create_experiment(f"grammar-{uuid.uuid4().hex}")
        cls.ids = {}
        for name, (metrics, params, tags, start) in RUNS.items():
            run_id = client.create_run(cls.experiment_id, start_time=start, run_name=f"Run {name}").info.run_id
            client.log_batch(run_id, metrics=[Metric(key, value, 1, 0) for key, value in metrics.items()],
                             params=[Param(key, value) for key, value in params.items()],
                             tags=[RunTag(key, value) for key, value in tags.items()])
            cls.ids[name] = run_id
        client.set_terminated(cls.ids["a"], "FINISHED", end_time=5000)
        client.set_terminated(cls.ids["b"], "FAILED", end_time=6000)

    def found(self, filter_string="", order_by=("start_time ASC",), **options):
        """The letters of the runs that a search gives, in its order."""
        names = {run_id: name for name, run_id in self.ids.items()}
        found = self.client.search_runs([self.experiment_id], filter_string, order_by=list(order_by), **options)
        return "".join(names[run.info.run_id] for run in found)

    def finds(self, table):
        for filter_string, expected in table.items():
            with self.subTest(filter_string):
                self.assertEqual(self.found(filter_string), expected)

    def test_metrics(self):
        self.finds({
            "metrics.loss > 0.1": "b", "metrics.loss >= 0.1": "ab", "metrics.loss < 0.2": "a", "metric.loss <= 0.2": "ab",
            "metrics.loss = 0.1": "a", "metrics.loss != 0.1": "bc", "metrics.loss > -1": "ab", "metrics.loss < 1e-1": "",
            "metrics.`acc/val.top-1` > 0.6": "b", 'metrics."acc/val.top-1" <= 5e-1': "a", "metrics.nobody > 0": "",
            "metrics.loss>0.1": "b", "  metrics.loss   >   0.1  ": "b", "metrics.loss < 1.": "ab",
        })

    def test_nan_is_met_by_no_comparison_but_not_equal(self):
        # MLflow keeps NaN as 0 with a mark and leaves the marked ones out.
        for filter_string in ("metrics.loss > -100", "metrics.loss = 0", "metrics.loss < 100"):
            with self.subTest(filter_string):
                self.assertNotIn("c", self.found(filter_string))

    def test_params(self):
        self.finds({
            "params.rate = '0.1'": "a", "params.rate != '0.1'": "bc", "param.model LIKE 'T%'": "a",
            "parameters.model ILIKE 'T%'": "ab", "parameter.model LIKE '%ree'": "ab", "params.model LIKE '_ree'": "ab",
            "params.model like 'tree'": "b", "params.`a b` = 'x'": "a", 'params."a b" = "x"': "a",
            "params.model LIKE '100%'": "c", "params.nobody = 'x'": "", "params.rate = \"0.01\"": "b",
        })

    def test_tags(self):
        self.finds({
            "tags.team = 'vision'": "b", "tag.team != 'vision'": "ac", "tags.team LIKE '%ision'": "ab",
            "tags.team ILIKE 'VIS%'": "ab", "tags.`a.b` = 'y'": "b", "tags.`größe` = 'xl'": "c",
            "tags.a.b = 'y'": "b", "tags.`mlflow.runName` = 'Run d'": "d", "tags.mlflow.runName LIKE 'Run%'": "abcd",
        })

    def test_text_of_attributes(self):
        a, b = self.ids["a"], self.ids["b"]
        self.finds({
            "status = 'FINISHED'": "a", "attributes.status != 'FINISHED'": "bcd", "attribute.status = 'RUNNING'": "cd",
            "attr.status LIKE 'F%'": "ab", "run.status ILIKE 'fin%'": "a",
            "run_name = 'Run a'": "a",
            "run_name LIKE 'run%'": "", "run_name ILIKE 'run _'": "abcd", f"run_id = '{a}'": "a",
            f"attributes.run_id IN ('{a}', '{b}')": "ab", f"run_id NOT IN ('{a}','{b}')": "cd",
            f"run_id != '{a}'": "bcd", "user_id = 'nobody'": "", "artifact_uri LIKE '%nobody%'": "",
        })

    def test_times(self):
        self.finds({
            "start_time > 1000": "bcd", "attributes.start_time <= 2000": "ab", "start_time = 3000": "c",
            "start_time != 3000": "abd", "attributes.created >= 4000": "d", "end_time < 6000": "a",
            "end_time >= 5000 AND end_time <= 6000": "ab",
        })

    def test_and(self):
        self.finds({
            "metrics.loss > 0 AND params.model = 'Tree' AND tags.team = 'Vision'": "a",
            "metrics.loss > 0 and status = 'FAILED' And run_name LIKE 'R%'": "b",
            "metrics.loss > 0.15 AND metrics.loss < 0.25 AND metrics.`acc/val.top-1` = 0.9": "b",
            "params.model = 'Tree' AND params.model = 'tree'": "",
        })

    def test_quotes_and_signs_within_values(self):
        run_id = self.client.create_run(self.experiment_id, start_time=1, run_name="x").info.run_id
        self.addCleanup(self.client.delete_run, run_id)
        for value in ("a AND b", "it is (so)", "x = 'y'", "a,b;c", "größe 🧪", "50%", "back\\slash"):
            with self.subTest(value):
                self.client.set_tag(run_id, "value", value)
                found = self.client.search_runs([self.experiment_id], f'tags.value = "{value}"')
                self.assertEqual([run.info.run_id for run in found], [run_id])

    def test_is_null(self):
        # Sent past the client, which may be older than this part of the grammar.
        for filter_string, expected in {"params.rate IS NULL": "d", "params.rate IS NOT NULL": "abc",
                                        "tags.team IS NULL": "d", "tags.`a.b` is not null": "b"}.items():
            with self.subTest(filter_string):
                answer = self.post("runs/search", {"experiment_ids": [self.experiment_id], "filter": filter_string,
                                                   "order_by": ["start_time ASC"]})
                self.assertEqual(answer.status, 200, answer.body)
                names = {run_id: name for name, run_id in self.ids.items()}
                runs = answer.document.get("runs", [])
                self.assertEqual("".join(names[run["info"]["run_id"]] for run in runs), expected)

    def test_what_is_refused(self):
        for filter_string in (
            "metrics.loss > 'text'", "metrics.loss > ", "metrics.loss", "> 3", "metrics.loss LIKE 'x'", "metrics.loss = abc",
            "params.rate = 0.1", "params.rate > '1'", "params.rate = rate", "tags.team < 'x'", "tags.team IN 'x'",
            "nobody.loss = 1", "attributes.nobody = 'x'", "nobody = 'x'", "start_time LIKE '1'", "start_time > 'x'",
            "status > 'RUNNING'", "metrics.loss > 1 OR metrics.loss < 0", "NOT metrics.loss > 1", "(metrics.loss > 1)",
            "metrics.loss > 1;", "metrics.loss > 1; params.rate = '1'", "status IN ('FAILED')", "run_name NOT IN ('x')",
            "params.rate = '0.1", "run_id IN ('a', 1)",
            "run_id IN ()", "params.rate == '0.1'", "metrics.loss <> 1", "metrics.loss >> 1", "random words",
        ):
            with self.subTest(filter_string):
                self.invalid(self.post("runs/search", {"experiment_ids": [self.experiment_id], "filter": filter_string}))

    def test_orders(self):
        for order_by, expected in {
            ("metrics.loss",): "abcd", ("metrics.loss DESC",): "bacd", ("metric.`acc/val.top-1` DESC", "start_time"): "bacd",
            ("params.rate ASC",): "bacd", ("params.model DESC",): "bacd", ("tags.team",): "acbd",
            ("attributes.start_time DESC",): "dcba", ("start_time asc",): "abcd", ("run_name DESC",): "dcba",
            ("status", "start_time DESC"): "badc", ("end_time DESC", "start_time"): "bacd", ("created",): "abcd",
            ("metrics.nobody", "start_time"): "abcd", (): "dcba",
        }.items():
            with self.subTest(order_by):
                self.assertEqual(self.found(order_by=order_by), expected)

    def test_orders_that_are_refused(self):
        for order_by in ("metrics.loss SIDEWAYS", "nobody", "attributes.nobody", "nobody.loss", "metrics.loss ASC, x", "",
                         "params"):
            with self.subTest(order_by):
                self.invalid(self.post("runs/search", {"experiment_ids": [self.experiment_id], "order_by": [order_by]}))


class Pages(ConformanceTest):
    def test_page_by_page(self):
        experiment_id = self.experiment()
        ids = [self.run_of(experiment_id, start_time=number + 1) for number in range(7)]
        found, token = [], None
        while True:
            page = self.client.search_runs([experiment_id], max_results=3, order_by=["start_time ASC"], page_token=token)
            found.append([run.info.run_id for run in page])
            token = page.token
            if not token:
                break
        self.assertEqual(found, [ids[:3], ids[3:6], ids[6:]])

    def test_a_page_that_is_just_full(self):
        experiment_id = self.experiment()
        ids = [self.run_of(experiment_id, start_time=number + 1) for number in range(4)]
        first = self.client.search_runs([experiment_id], max_results=2)
        second = self.client.search_runs([experiment_id], max_results=2, page_token=first.token)
        self.assertEqual([run.info.run_id for run in [*first, *second]], ids[::-1])
        if second.token:
            self.assertEqual(list(self.client.search_runs([experiment_id], max_results=2, page_token=second.token)), [])

    def test_the_fluent_function_gives_a_table_of_all(self):
        experiment_id = self.active_experiment()
        for number in range(3):
            with mlflow.start_run(run_name=f"r{number}"):
                mlflow.log_param("p", number)
                mlflow.log_metric("m", number)
        table = mlflow.search_runs([experiment_id], order_by=["metrics.m DESC"])
        self.assertEqual((list(table["params.p"]), list(table["metrics.m"])), (["2", "1", "0"], [2, 1, 0]))
        self.assertEqual(list(table["tags.mlflow.runName"]), ["r2", "r1", "r0"])
        self.assertEqual(set(table["status"]), {"FINISHED"})
        by_name = mlflow.search_runs(experiment_names=[self.client.get_experiment(experiment_id).name], max_results=2,
                                     output_format="list")
        self.assertEqual(len(by_name), 2)

    def test_many_experiments(self):
        one, two, three = self.experiment(), self.experiment(), self.experiment()
        ids = [self.run_of(one, start_time=1), self.run_of(two, start_time=2)]
        self.run_of(three)
        found = self.client.search_runs([one, two], order_by=["start_time ASC"])
        self.assertEqual([run.info.run_id for run in found], ids)
        self.assertEqual(list(self.client.search_runs([one, "123456789"]))[0].info.run_id, ids[0])
        self.assertEqual(list(self.client.search_runs(["123456789"])), [])

    def test_no_experiment(self):
        answer = self.post("runs/search", {"experiment_ids": []})
        self.assertEqual((answer.status, answer.document.get("runs", [])), (200, []))

    def test_stages(self):
        experiment_id = self.experiment()
        kept, deleted = self.run_of(experiment_id, start_time=1), self.run_of(experiment_id, start_time=2)
        self.client.delete_run(deleted)
        for view, expected in ((ViewType.ACTIVE_ONLY, [kept]), (ViewType.DELETED_ONLY, [deleted]),
                               (ViewType.ALL, [deleted, kept])):
            with self.subTest(view):
                found = self.client.search_runs([experiment_id], run_view_type=view)
                self.assertEqual([run.info.run_id for run in found], expected)

    def test_everything_of_a_run_is_found(self):
        experiment_id = self.experiment()
        run_id = self.run_of(experiment_id, run_name="whole", tags={"t": "1"})
        self.client.log_metric(run_id, "m", 1.5, step=3, timestamp=77)
        self.client.log_param(run_id, "p", "v")
        (run,) = self.client.search_runs([experiment_id])
        self.assertEqual(run.to_dictionary(), self.client.get_run(run_id).to_dictionary())

    def test_sizes_and_tokens_that_are_refused(self):
        experiment_id = self.experiment()
        for size in (0, -5, 50_001):
            with self.subTest(size):
                answer = self.post("runs/search", {"experiment_ids": [experiment_id], "max_results": size})
                if size < 50_000:
                    self.declined_or_empty(answer)
                else:
                    self.invalid(answer)
        self.refused("INVALID_PARAMETER_VALUE", self.client.search_runs, [experiment_id], page_token="nonsense")

    def declined_or_empty(self, answer):
        if answer.status == 200:
            self.assertEqual(answer.document.get("runs", []), [])
        else:
            self.invalid(answer)


if __name__ == "__main__":
    unittest.main()
