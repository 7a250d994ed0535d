"""The protocol below the client: addresses, forms of numbers, errors, and what only ours promises."""
import http.client
import json
import unittest
import urllib.parse

from support import SERVER, ConformanceTest, only_ours


class Forms(ConformanceTest):
    def test_whole_numbers_are_text_or_numbers(self):
        run_id = self.run_of()
        for step in (3, "4"):
            answer = self.post("runs/log-metric", {"run_id": run_id, "key": "m", "value": 1, "step": step,
                                                   "timestamp": type(step)(1_700_000_000_000)})
            self.assertEqual(answer.status, 200, answer.body)
        answer = self.post("runs/log-batch", {"run_id": run_id, "metrics": [
            {"key": "m", "value": 1, "step": "5", "timestamp": "1700000000000"},
            {"key": "m", "value": 1, "step": 6, "timestamp": 1700000000000}]})
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual([step for step, _ in self.history(run_id, "m")], [3, 4, 5, 6])
        points = self.client.get_metric_history(run_id, "m")
        self.assertEqual({point.timestamp for point in points}, {1_700_000_000_000})

    def test_values_as_text(self):
        run_id = self.run_of()
        for value in ("NaN", "Infinity", "-Infinity", "1.5"):
            with self.subTest(value):
                document = {"run_id": run_id, "key": f"m{value}", "value": value, "timestamp": 1}
                self.assertEqual(self.post("runs/log-metric", document).status, 200)
        metrics = {metric["key"]: metric["value"] for metric in self.get("runs/get", run_id=run_id).document["run"]
                   ["data"]["metrics"]}
        self.assertEqual((metrics["mNaN"], metrics["m1.5"]), ("NaN", 1.5))

    def test_a_missing_step_is_zero(self):
        run_id = self.run_of()
        self.post("runs/log-metric", {"run_id": run_id, "key": "m", "value": 1, "timestamp": 1})
        self.assertEqual(self.history(run_id, "m"), [(0, 1)])

    def test_the_old_name_of_a_runs_id(self):
        run_id = self.run_of()
        for document in ({"run_uuid": run_id}, {"run_uuid": run_id, "run_id": run_id}):
            self.assertEqual(self.post("runs/log-parameter", {**document, "key": "a", "value": "1"}).status, 200)
            self.assertEqual(self.get("runs/get", **document).document["run"]["info"]["run_id"], run_id)

    def test_fields_that_nobody_knows_are_ignored(self):
        run_id = self.run_of()
        answer = self.post("runs/set-tag", {"run_id": run_id, "key": "a", "value": "1", "invented": {"b": 2}})
        self.assertEqual(answer.status, 200, answer.body)

    def test_the_shape_of_a_run(self):
        run_id = self.run_of()
        self.client.log_param(run_id, "p", "v")
        run = self.get("runs/get", run_id=run_id).document["run"]
        info = run["info"]
        self.assertEqual((info["run_id"], info["run_uuid"], info["status"], info["lifecycle_stage"]),
                         (run_id, run_id, "RUNNING", "active"))
        self.assertGreater(int(info["start_time"]), 0)
        self.assertEqual(run["data"]["params"], [{"key": "p", "value": "v"}])

    def test_statuses_by_name_and_by_number(self):
        for status, expected in (("KILLED", "KILLED"), (4, "FAILED")):
            run_id = self.run_of()
            self.assertEqual(self.post("runs/update", {"run_id": run_id, "status": status}).status, 200)
            self.assertEqual(self.client.get_run(run_id).info.status, expected)

    def test_experiments_are_searched_by_get_and_by_post(self):
        name = self.client.get_experiment(self.experiment()).name
        for answer in (self.get("experiments/search", max_results=5, filter=f"name = '{name}'"),
                       self.post("experiments/search", {"max_results": 5, "filter": f"name = '{name}'"})):
            self.assertEqual([one["name"] for one in answer.document["experiments"]], [name])

    def test_the_address_of_pages_serves_the_same(self):
        run_id = self.run_of()
        answer = self.http("GET", f"/ajax-api/2.0/mlflow/runs/get?run_id={run_id}")
        self.assertEqual(answer.document["run"]["info"]["run_id"], run_id)

    def test_a_content_type_with_its_charset(self):
        run_id = self.run_of()
        body = json.dumps({"run_id": run_id, "key": "a", "value": "1"}).encode()
        answer = self.http("POST", "/api/2.0/mlflow/runs/set-tag", body=body,
                           headers={"Content-Type": "application/json; charset=utf-8"})
        self.assertEqual(answer.status, 200)


class Errors(ConformanceTest):
    def test_a_run_that_is_not_there(self):
        answer = self.get("runs/get", run_id="0" * 32)
        self.assertEqual((answer.status, answer.error), (404, "RESOURCE_DOES_NOT_EXIST"))
        self.assertIn("0" * 32, answer.document["message"])

    def test_what_is_missing(self):
        for endpoint, document in (("runs/log-metric", {"key": "m", "value": 1, "timestamp": 1}), ("runs/log-batch", {}),
                                   ("runs/set-tag", {"run_id": "a", "value": "b"}), ("experiments/create", {}),
                                   ("runs/log-metric", {"run_id": "a", "key": "m", "value": 1}),
                                   ("registered-models/create", {}), ("experiments/delete", {})):
            with self.subTest(f"{endpoint} {document}"):
                self.invalid(self.post(endpoint, document))
        self.invalid(self.get("runs/get"))
        self.invalid(self.get("experiments/get"))
        self.invalid(self.get("metrics/get-history", run_id="a"))

    def test_wrong_types(self):
        run_id = self.run_of()
        for endpoint, document in (("runs/search", {"experiment_ids": "0"}), ("runs/search", {"max_results": "many"}),
                                   ("runs/log-batch", {"run_id": run_id, "metrics": "m"}),
                                   ("runs/log-metric", {"run_id": run_id, "key": 1, "value": 1, "timestamp": 1}),
                                   ("runs/log-metric", {"run_id": run_id, "key": "m", "value": 1, "timestamp": "late"}),
                                   ("experiments/create", {"name": 3})):
            with self.subTest(f"{endpoint} {document}"):
                self.declined(self.post(endpoint, document))

    def test_what_is_no_json(self):
        for body in (b"{", b"[]", b"null", b"\xff\xfe", b"1"):
            with self.subTest(body):
                self.declined(self.http("POST", "/api/2.0/mlflow/runs/create", body=body,
                                        headers={"Content-Type": "application/json"}))

    def test_an_address_that_nobody_serves(self):
        for method, path in (("GET", "/api/2.0/mlflow/nobody"), ("POST", "/api/2.0/mlflow/runs/nobody"),
                             ("POST", "/api/3.0/mlflow/nobody")):
            with self.subTest(path):
                self.assertEqual(self.http(method, path, {} if method == "POST" else None).status, 404)

    def test_another_method(self):
        self.assertIn(self.http("GET", "/api/2.0/mlflow/runs/create").status, (404, 405))


class Beside(ConformanceTest):
    def test_health_and_version(self):
        self.assertEqual(self.http("GET", "/health", token=None).body.strip(), b"OK")
        self.assertRegex(self.http("GET", "/version", token=None).body.decode(), r"^\d+\.\d+\.\d+")

    def test_the_landing_page(self):
        answer = self.http("GET", "/", token=None)
        self.assertEqual(answer.status, 200)
        self.assertIn("text/html", answer.headers["Content-Type"])


@only_ours
class Ours(ConformanceTest):
    def test_an_unknown_endpoint_has_the_code_that_clients_fall_back_on(self):
        for method, path in (("GET", "/api/2.0/mlflow/nobody"), ("POST", "/api/3.0/mlflow/traces/search"),
                             ("GET", "/api/2.0/mlflow/gateway/nobody"), ("PATCH", "/api/2.0/mlflow/runs/create")):
            with self.subTest(path):
                answer = self.http(method, path, {} if method == "POST" else None)
                self.assertEqual((answer.status, answer.error), (404, "ENDPOINT_NOT_FOUND"))

    def test_without_the_token(self):
        for token in (None, "", "wrong", "a" * 5_000):
            with self.subTest(token):
                answer = self.http("POST", "/api/2.0/mlflow/runs/search", {"experiment_ids": ["0"]}, token=token)
                self.assertEqual((answer.status, answer.error), (401, "UNAUTHENTICATED"))

    def test_the_token_as_a_password(self):
        # Clients send MLFLOW_TRACKING_USERNAME and _PASSWORD so; ours knows no users.
        answer = self.http("GET", "/api/2.0/mlflow/experiments/get?experiment_id=0", headers={"Authorization": "Basic eDp5"})
        self.assertEqual(answer.status, 401)

    def test_pages_of_others(self):
        for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"},
                        {"Host": "127.0.0.1.evil.example:80"}, {"Origin": "null"}):
            with self.subTest(headers):
                answer = self.http("GET", "/api/2.0/mlflow/experiments/get?experiment_id=0", headers=headers)
                self.assertEqual(answer.status, 403)

    def test_the_same_by_its_other_name(self):
        address = urllib.parse.urlsplit(SERVER)
        answer = self.http("GET", "/health", headers={"Host": f"localhost:{address.port}"})
        self.assertEqual(answer.status, 200)

    def test_many_requests_over_one_connection(self):
        address = urllib.parse.urlsplit(SERVER)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
        self.addCleanup(connection.close)
        for _ in range(50):
            connection.request("GET", "/health")
            response = connection.getresponse()
            self.assertEqual((response.status, response.read().strip()), (200, b"OK"))


if __name__ == "__main__":
    unittest.main()
