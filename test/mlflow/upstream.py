"""MLflow's own HTTP tests against our server, with nothing changed but where their server is.

    MLFLOW_SRC=CHECKOUT python upstream.py [PYTEST ARGUMENTS…]

The checkout has `mlflow/` and `tests/`; the interpreter has what `mlflow` and its tests need, and pytest. Each test gets a
store and an engine of its own. Their fixtures are run once, not once for each kind of store that MLflow has.
"""
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CLI = HERE.parent.parent / "dist" / "cli.js"
FILES = [
    "tests/tracking/test_rest_tracking.py",
    "tests/tracking/test_model_registry.py",
    "tests/tracking/test_client_webhooks.py",
    "tests/webhooks/test_e2e.py",
]


class OurServer:
    """Stands where their tests start a server of MLflow's."""

    def __init__(self, *_args, **_kwargs):
        self.folder = tempfile.mkdtemp(prefix="lw-upstream-")
        self.environment = {
            **os.environ,
            "LOOPWRIGHT_STATE_DIR": f"{self.folder}/state",
            "LOOPWRIGHT_IDLE_MS": "600000",
        }

    def cli(self, *words):
        command = ["node", str(CLI), *words, "--store", f"{self.folder}/.loopwright", "--json"]
        done = subprocess.run(command, env=self.environment, cwd=self.folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return json.loads(done.stdout)

    def __enter__(self):
        tracking = self.cli("tracking")
        TOKENS[tracking["uri"]] = tracking["token"]
        os.environ["MLFLOW_TRACKING_TOKEN"] = tracking["token"]
        return tracking["uri"]

    def __exit__(self, *_):
        os.environ.pop("MLFLOW_TRACKING_TOKEN", None)
        with contextlib.suppress(RuntimeError, ValueError):
            self.cli("engine", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


#: By the address of the server.
TOKENS = {}


def give_tokens():
    """Requests that their tests send without MLflow's client carry the token, too."""
    import requests

    ask = requests.Session.request

    def with_token(session, method, url, **options):
        token = next((token for uri, token in TOKENS.items() if str(url).startswith(uri)), None)
        headers = dict(options.pop("headers", None) or {})
        if token and not any(name.lower() == "authorization" for name in headers):
            headers["Authorization"] = f"Bearer {token}"
        return ask(session, method, url, headers=headers, **options)

    requests.Session.request = with_token


def pytest_configure():
    import tests.tracking.integration_test_utils as utils

    utils.ServerThread = OurServer
    utils._init_server = OurServer
    give_tokens()


def pytest_collection_modifyitems(items):
    # Their tests of deliveries start the server by a function of their own.
    for module in {item.module for item in items}:
        if hasattr(module, "_run_mlflow_server"):
            module._run_mlflow_server = OurServer
    items[:] = [item for item in items if "[file" not in item.name and "-file]" not in item.name]


if __name__ == "__main__":
    source = Path(os.environ["MLFLOW_SRC"]).resolve()
    arguments = sys.argv[1:]
    files = [] if any(word.startswith("tests/") for word in arguments) else FILES
    paths = os.pathsep.join([str(source), str(HERE)])
    command = [sys.executable, "-m", "pytest", "-p", "upstream", "-c", os.devnull, f"--rootdir={source}"]
    sys.exit(subprocess.call([*command, "-q", "--no-header", "-W", "ignore", "--timeout=120", *files, *arguments],
                             cwd=source, env={**os.environ, "PYTHONPATH": paths, "MLFLOW_DISABLE_TELEMETRY": "true"}))
