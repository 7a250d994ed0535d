"""The conformance tests against MLflow's own server, which is what they are held against.

    python against_mlflow_server.py SERVER_PYTHON [CLIENT_PYTHON…] [-- TESTS…]

SERVER_PYTHON has the whole of `mlflow`, each CLIENT_PYTHON at least `mlflow-skinny` with scikit-learn. Each client
gets a server on a fresh store.
"""
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

SUITE = Path(__file__).parent / "conformance"
START_SECONDS = 180


@contextmanager
def mlflow_server(python):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = [python, "-m", "mlflow", "server", "--backend-store-uri", f"sqlite:///{folder}/mlflow.db",
                   "--artifacts-destination", f"{folder}/artifacts", "--host", "127.0.0.1", "--port", str(port),
                   "--workers", "1"]
        environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "1"}
        with open(f"{folder}/server.log", "w") as log:
            # A session of its own: its workers end with it.
            server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log,
                                      start_new_session=True)
            try:
                wait_for(f"http://127.0.0.1:{port}", server)
                yield f"http://127.0.0.1:{port}"
            finally:
                os.killpg(server.pid, 15)
                server.wait(30)


def wait_for(address, server):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("mlflow server did not start")


def main(arguments):
    pythons, tests = arguments, ["discover"]
    if "--" in arguments:
        cut = arguments.index("--")
        pythons, tests = arguments[:cut], arguments[cut + 1:]
    server_python, *clients = pythons
    failed = 0
    for client in clients or [server_python]:
        with mlflow_server(server_python) as address:
            environment = {**os.environ, "MLFLOW_TRACKING_URI": address}
            environment.pop("MLFLOW_TRACKING_TOKEN", None)
            print(f"== {client}", flush=True)
            done = subprocess.run([client, "-W", "ignore", "-m", "unittest", *tests], cwd=SUITE, env=environment)
            failed += done.returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
