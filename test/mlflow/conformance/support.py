"""What the conformance tests share: the real client, names of their own, and plain HTTP beside the client.

The server is whoever MLFLOW_TRACKING_URI names: ours, or MLflow's own, which is what these tests are held against
(`../against_mlflow_server.py`). One store serves the whole suite, so each test makes an experiment of its own and
looks at nothing else.
"""
import json
import os
import tempfile
import unittest
import urllib.error
import urllib.parse
import urllib.request
import uuid
from pathlib import Path

# A wrong answer has to fail a test at once. By default the client tries for minutes after a 500.
os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "0"
os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"] = "30"
os.environ["MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR"] = "false"
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["DO_NOT_TRACK"] = "1"
os.environ["GIT_PYTHON_REFRESH"] = "quiet"
os.environ["MPLBACKEND"] = "agg"

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
from mlflow.tracking import MlflowClient
from packaging.version import Version

CLIENT = Version(mlflow.__version__)
SERVER = os.environ["MLFLOW_TRACKING_URI"].rstrip("/")
TOKEN = os.environ.get("MLFLOW_TRACKING_TOKEN")


def since(version, what):
    """Skip a test with clients before the one that brought the feature."""
    return unittest.skipIf(CLIENT < Version(version), f"{what} came with the client {version}")


def until(version, what):
    """Skip a test with clients that no longer have the feature."""
    return unittest.skipIf(CLIENT >= Version(version), f"{what} went with the client {version}")


# MLflow's own server asks for no token, which is how a test knows whom it talks to.
only_ours = unittest.skipIf(TOKEN is None, "MLflow's own server answers otherwise; ours promises more")


class Answer:
    """What a server said to plain HTTP."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def document(self):
        return json.loads(self.body)

    @property
    def error(self):
        return self.document["error_code"]


class ConformanceTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        mlflow.set_tracking_uri(SERVER)
        self.client = MlflowClient()
        # An experiment that a test set would be the next one's, too.
        self.addCleanup(self.forget_active)

    @staticmethod
    def forget_active():
        while mlflow.active_run() is not None:
            mlflow.end_run()
        mlflow.tracking.fluent._active_experiment_id = None
        os.environ.pop("MLFLOW_EXPERIMENT_ID", None)

    # Things of this test alone

    def unique(self, what="thing"):
        return f"{what}-{self._testMethodName}-{uuid.uuid4().hex[:8]}"

    def folder(self):
        made = tempfile.TemporaryDirectory()
        self.addCleanup(made.cleanup)
        return Path(made.name)

    def experiment(self, **options):
        return self.client.create_experiment(self.unique("experiment"), **options)

    def run_of(self, experiment_id=None, **options):
        """A run that is made without the fluent API, and so is never the active one."""
        return self.client.create_run(experiment_id or self.experiment(), **options).info.run_id

    def active_experiment(self):
        name = self.unique("experiment")
        return mlflow.set_experiment(name).experiment_id

    # What must be seen

    def refused(self, code, call, *args, **options):
        """The server's own words for a request that it refuses; an error that the client thinks of does not count."""
        with self.assertRaises(MlflowException) as caught:
            call(*args, **options)
        self.assertEqual(caught.exception.error_code, code, caught.exception)
        return str(caught.exception)

    def declined(self, answer):
        """MLflow's own server says some of this with a 500, which the client tries again for minutes, or with a page."""
        self.assertGreaterEqual(answer.status, 400, answer.body)
        if TOKEN is not None:
            self.assertLess(answer.status, 500, answer.body)
            self.assertTrue(answer.error)
            self.assertTrue(answer.document["message"])

    def invalid(self, answer):
        self.assertEqual((answer.status, answer.error), (400, "INVALID_PARAMETER_VALUE"), answer.body)

    def history(self, run_id, key):
        return [(point.step, point.value) for point in self.client.get_metric_history(run_id, key)]

    def names_at(self, uri):
        """The names of the files at an artifact URI."""
        if hasattr(mlflow.artifacts, "list_artifacts"):
            listed = mlflow.artifacts.list_artifacts(artifact_uri=uri)
        else:
            listed = get_artifact_repository(uri).list_artifacts(None)
        return [file.path.rpartition("/")[2] for file in listed]

    # Plain HTTP

    def http(self, method, path, document=None, *, body=None, headers=(), token=TOKEN):
        """One request as no client would send it. `document` is sent as JSON, `body` as it is."""
        headers = dict(headers)
        if token is not None:
            headers.setdefault("Authorization", f"Bearer {token}")
        if document is not None:
            body = json.dumps(document).encode()
            headers.setdefault("Content-Type", "application/json")
        request = urllib.request.Request(SERVER + path, data=body, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return Answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())

    def post(self, endpoint, document):
        return self.http("POST", f"/api/2.0/mlflow/{endpoint}", document)

    def get(self, endpoint, **query):
        return self.http("GET", f"/api/2.0/mlflow/{endpoint}?{urllib.parse.urlencode(query, doseq=True)}")
