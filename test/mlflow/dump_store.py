"""Prints as JSON what MLflow's client says of a store. Usage: dump_store.py URI; the tracking server's token by environment."""
import hashlib
import json
import os
import sys
import tempfile

os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"

import mlflow  # noqa: E402
from mlflow import MlflowClient  # noqa: E402

mlflow.set_tracking_uri(sys.argv[1])
client = MlflowClient()
ALL = 3


def artifacts(run_id):
    if not client.list_artifacts(run_id):
        return {}
    with tempfile.TemporaryDirectory() as folder:
        top = client.download_artifacts(run_id, "", folder)
        found = {}
        for at, _, names in os.walk(top):
            for name in names:
                path = os.path.join(at, name)
                with open(path, "rb") as file:
                    found[os.path.relpath(path, top)] = hashlib.md5(file.read()).hexdigest()
        return found


def history(run):
    def points(key):
        return sorted([repr(m.value), m.timestamp, m.step] for m in client.get_metric_history(run.info.run_id, key))

    return {key: points(key) for key in sorted(run.data.metrics)}


def run_facts(run):
    info = run.info
    inputs = run.inputs.dataset_inputs if run.inputs else []
    models = run.outputs.model_outputs if getattr(run, "outputs", None) else []
    return {
        "name": info.run_name,
        "status": info.status,
        "times": [info.start_time, info.end_time],
        "stage": info.lifecycle_stage,
        "user": info.user_id,
        "params": run.data.params,
        "tags": run.data.tags,
        "last": {key: repr(value) for key, value in run.data.metrics.items()},
        "history": history(run),
        "inputs": [[i.dataset.name, i.dataset.digest, i.dataset.profile, [t.value for t in i.tags]] for i in inputs],
        "models": sorted([m.model_id, m.step] for m in models),
        "artifacts": artifacts(info.run_id),
    }


experiments = [e for e in client.search_experiments(view_type=ALL) if e.name != "Default"]
names = {e.experiment_id: e.name for e in experiments}
runs = client.search_runs(list(names), run_view_type=ALL, max_results=1000)
versions = sorted(client.search_model_versions(), key=lambda v: (v.name, int(v.version)))
loaded = mlflow.pyfunc.load_model("models:/echo@champion").predict([1, 2])
print(
    json.dumps(
        {
            "experiments": {e.name: [e.lifecycle_stage, e.creation_time, e.tags] for e in experiments},
            "runs": {run.info.run_id: [names[run.info.experiment_id], run_facts(run)] for run in runs},
            "registered": [
                [m.name, m.description, m.tags, {k: str(v) for k, v in m.aliases.items()}, m.creation_timestamp]
                for m in client.search_registered_models()
            ],
            "versions": [
                [v.name, str(v.version), v.run_id, v.tags, v.description or "", v.current_stage, v.creation_timestamp]
                for v in versions
            ],
            "loaded": loaded,
        }
    )
)
