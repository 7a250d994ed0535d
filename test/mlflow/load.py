"""Many processes that log to MLFLOW_TRACKING_URI at once: nothing is lost, and how long a point takes.

    python load.py [--processes 64] [--points 200]

Standard library only. Each process has a run and a connection of its own and waits for each answer, as a client does.
"""
import argparse
import http.client
import json
import multiprocessing
import os
import sys
import time
import urllib.parse

SERVER = urllib.parse.urlsplit(os.environ["MLFLOW_TRACKING_URI"])
HEADERS = {"Content-Type": "application/json"}
if token := os.environ.get("MLFLOW_TRACKING_TOKEN"):
    HEADERS["Authorization"] = f"Bearer {token}"
SECONDS = 120


class Api:
    def __init__(self):
        self.connection = http.client.HTTPConnection(SERVER.hostname, SERVER.port, timeout=SECONDS)

    def ask(self, method, endpoint, document=None):
        body = None if document is None else json.dumps(document)
        self.connection.request(method, f"/api/2.0/mlflow/{endpoint}", body, HEADERS)
        response = self.connection.getresponse()
        text = response.read()
        if response.status != 200:
            raise RuntimeError(f"{endpoint}: {response.status} {text[:500]!r}")
        return json.loads(text)

    def post(self, endpoint, **document):
        return self.ask("POST", endpoint, document)


def log(experiment_id, number, points, barrier, results):
    """One process: its run's id and the milliseconds of each point, or what went wrong."""
    try:
        api = Api()
        run_id = api.post("runs/create", experiment_id=experiment_id, start_time=number)["run"]["info"]["run_id"]
        barrier.wait(SECONDS)
        took = []
        for step in range(points):
            started = time.perf_counter()
            api.post("runs/log-metric", run_id=run_id, key="loss", value=step / 7, timestamp=1000 + step, step=step)
            took.append((time.perf_counter() - started) * 1000)
        api.post("runs/update", run_id=run_id, status="FINISHED", end_time=number)
        results.put((run_id, took, None))
    except Exception as error:
        barrier.abort()
        results.put((None, [], repr(error)))


def lost(api, run_id, points):
    history = api.ask("GET", f"metrics/get-history?run_id={run_id}&metric_key=loss&max_results=25000")["metrics"]
    found = {(int(point.get("step", 0)), point["value"]) for point in history}
    return len({(step, step / 7) for step in range(points)} - found)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--processes", type=int, default=64)
    parser.add_argument("--points", type=int, default=200)
    options = parser.parse_args()
    api = Api()
    experiment_id = api.post("experiments/create", name=f"load-{time.time_ns()}")["experiment_id"]
    barrier, results = multiprocessing.Barrier(options.processes), multiprocessing.Queue()
    processes = [multiprocessing.Process(target=log, args=(experiment_id, number + 1, options.points, barrier, results))
                 for number in range(options.processes)]
    for process in processes:
        process.start()
    done = [results.get(timeout=600) for _ in processes]
    for process in processes:
        process.join()
    errors = [error for _, _, error in done if error]
    for error in errors[:10]:
        print(error)
    took = sorted(each for _, times, _ in done for each in times)
    # A connection that waited so long may have been closed by the server in the meantime.
    missing = sum(lost(Api(), run_id, options.points) for run_id, _, _ in done if run_id)
    missing += options.points * len(errors)
    if took:
        at = {part: took[min(len(took) - 1, int(len(took) * part / 100))] for part in (50, 99)}
        print(f"log-metric: p50 {at[50]:.1f} ms, p99 {at[99]:.1f} ms, slowest {took[-1]:.1f} ms")
    print(f"{options.processes * options.points} points, {missing} lost")
    return 1 if missing or errors else 0


if __name__ == "__main__":
    sys.exit(main())
