"""What the runner gives to code that was written for MLflow, and how the hook names a server that the code names."""
import os
import sys
import tempfile
import types
import unittest

from support import HOOK_DIR, RUNNER_DIR

sys.path[:0] = [RUNNER_DIR, HOOK_DIR]

import tracking  # noqa: E402  # isort: skip
from loopwright import _mlflow  # noqa: E402  # isort: skip

URI = b"http://127.0.0.1:20100"
ELSEWHERE = b"https://mlflow.example.org"


class EnvironmentTest(unittest.TestCase):
    def setUp(self):
        file = tempfile.NamedTemporaryFile()
        file.write(b"5a" * 32)
        file.flush()
        self.addCleanup(file.close)
        self.token = file.name

    def environment(self, base: dict, run_id: str = "a" * 32, experiment: str = "churn") -> dict:
        spec = types.SimpleNamespace(tracking=URI.decode(), token=self.token, run_id=run_id, experiment=experiment)
        return {**base, **tracking.environment(base, spec)}

    def test_of_a_run_that_knows_no_server(self):
        found = self.environment({})
        self.assertEqual((found[b"MLFLOW_TRACKING_URI"], found[b"MLFLOW_EXPERIMENT_NAME"]), (URI, b"churn"))
        self.assertEqual(found[b"MLFLOW_TRACKING_TOKEN"], found[b"LOOPWRIGHT_TRACKING_TOKEN"])
        self.assertRegex(found[b"MLFLOW_TRACKING_TOKEN"], b"^lw-a{32}-[0-9a-f]{64}$")
        self.assertNotIn(b"LOOPWRIGHT_OUTER_TRACKING_TOKEN", found)

    def test_where_the_user_has_named_a_server(self):
        base = {b"MLFLOW_TRACKING_URI": ELSEWHERE, b"MLFLOW_TRACKING_TOKEN": b"theirs"}
        found = self.environment(base)
        self.assertEqual({name: found[name] for name in found if name.startswith(b"MLFLOW_")}, base)
        self.assertEqual(found[b"LOOPWRIGHT_TRACKING_URI"], URI)  # so that the run can say that it is another one

    def test_the_users_token_is_kept_for_the_server_that_the_code_may_name(self):
        found = self.environment({b"MLFLOW_TRACKING_TOKEN": b"theirs"})
        self.assertEqual(found[b"LOOPWRIGHT_OUTER_TRACKING_TOKEN"], b"theirs")
        inner = self.environment(found, run_id="b" * 32)
        self.assertEqual(inner[b"LOOPWRIGHT_OUTER_TRACKING_TOKEN"], b"theirs")
        self.assertRegex(inner[b"MLFLOW_TRACKING_TOKEN"], b"^lw-b{32}-")


class NameTest(unittest.TestCase):
    def test_names_no_password(self):
        for uri, name in (
            ("https://ada:secret@mlflow.example.org/x?token=1", "https://mlflow.example.org/x"),
            ("databricks://profile", "Databricks"),
            ("file:///data/my%20runs", "the folder /data/my runs"),
            ("file:/data/runs", "the folder /data/runs"),
            ("runs", "the folder %s" % os.path.abspath("runs")),
            ("sqlite:////data/mlflow.db", "the database /data/mlflow.db"),
            ("postgresql://ada:secret@db.example.org:5432/mlflow?sslmode=require", "postgresql://db.example.org:5432/mlflow"),
            ("mysql+pymysql://ada@db/mlflow", "mysql+pymysql://db/mlflow"),
        ):
            with self.subTest(uri):
                self.assertEqual(_mlflow._name(uri), name)


if __name__ == "__main__":
    unittest.main()
