"""Everything that MLflow's client says of a tracking server or a database, as JSON to be compared with another.

    MLFLOW_TRACKING_URI=… python everything.py [models:/NAME@ALIAS …]

What must differ is left out: where artifacts lie (their contents are here), and infinities are those that a database of
MLflow's holds: the largest number there is. Models that are named are loaded, and asked to predict.
"""
import hashlib
import json
import math
import sys
import tempfile
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

import mlflow  # noqa: E402
from mlflow.entities import ViewType  # noqa: E402

client = mlflow.MlflowClient()
LARGEST = sys.float_info.max


def number(value):
    if math.isnan(value):
        return "NaN"
    return min(max(value, -LARGEST), LARGEST)


def everywhere(search, **how):
    token, found = None, []
    while True:
        page = search(page_token=token, **how)
        found += page
        token = page.token
        if not token:
            return found


def digest(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def artifacts_of(uri=None, **of):
    with tempfile.TemporaryDirectory() as folder:
        try:
            root = Path(mlflow.artifacts.download_artifacts(uri, dst_path=folder, **of))
        except Exception as error:  # a run without any has no folder
            return f"none: {type(error).__name__}" if "No such" not in str(error) else {}
        return {str(file.relative_to(root)): digest(file) for file in sorted(root.rglob("*")) if file.is_file()}


def metric(one):
    return [one.key, number(one.value), one.timestamp, one.step]


def run_of(found):
    run = client.get_run(found.info.run_id)  # what is found has no models with MLflow 3.1
    info, data = run.info, run.data
    histories = {key: sorted({tuple(metric(one)) for one in client.get_metric_history(info.run_id, key)}, key=repr)
                 for key in data.metrics}
    listed = client.list_artifacts(info.run_id)
    said = {
        "info": [info.run_id, info.experiment_id, info.run_name, info.user_id, info.status, info.start_time, info.end_time,
                 info.lifecycle_stage],
        "params": data.params,
        "tags": data.tags,
        "metrics": {key: number(value) for key, value in data.metrics.items()},
        "histories": histories,
        "datasets": sorted(
            [one.dataset.name, one.dataset.digest, one.dataset.source_type, one.dataset.source, one.dataset.schema or "",
             one.dataset.profile or "", sorted((tag.key, tag.value) for tag in one.tags)]
            for one in (run.inputs.dataset_inputs if run.inputs else [])),
        "listed": sorted([one.path, one.is_dir, one.file_size or 0] for one in listed),
        "artifacts": artifacts_of(run_id=info.run_id, artifact_path="") if listed else {},
    }
    if mlflow.__version__ >= "3":
        said["model_outputs"] = sorted([one.model_id, one.step] for one in (run.outputs.model_outputs if run.outputs else []))
        said["model_inputs"] = sorted(one.model_id for one in (run.inputs.model_inputs if run.inputs else []))
    return said


def logged_model_of(model):
    return {
        "model": [model.model_id, model.experiment_id, model.name, str(model.status), model.model_type or "",
                  model.source_run_id or "", model.creation_timestamp],
        "params": model.params,
        "tags": model.tags,
        "metrics": sorted([one.key, number(one.value), one.timestamp, one.step, one.run_id, one.dataset_name or "",
                           one.dataset_digest or ""] for one in model.metrics or []),
        "artifacts": artifacts_of(f"models:/{model.model_id}"),
    }


def version_of(version):
    return {
        "version": [version.name, str(version.version), version.current_stage, version.run_id or "", version.user_id or "",
                    version.description or "", version.status, version.creation_timestamp, version.last_updated_timestamp],
        "tags": version.tags,
        "aliases": sorted(client.get_model_version(version.name, version.version).aliases),
        "artifacts": artifacts_of(f"models:/{version.name}/{version.version}"),
    }


def prediction(uri):
    import pandas
    model = mlflow.pyfunc.load_model(uri)
    names = model.metadata.get_input_schema().input_names()
    return [float(one) for one in model.predict(pandas.DataFrame([[1.0] * len(names)], columns=names))]


experiments = everywhere(client.search_experiments, view_type=ViewType.ALL)
ids = [one.experiment_id for one in experiments]
runs = everywhere(client.search_runs, experiment_ids=ids, run_view_type=ViewType.ALL)
registered = everywhere(client.search_registered_models)
said = {
    "experiments": sorted(
        [one.experiment_id, one.name, one.lifecycle_stage, sorted(one.tags.items()), one.creation_time] for one in experiments),
    "runs": sorted((run_of(run) for run in runs), key=lambda run: run["info"][0]),
    "registered": sorted(
        [one.name, one.description or "", sorted(one.tags.items()), sorted((alias, str(version)) for alias, version in (one.aliases or {}).items()),
         one.creation_timestamp, one.last_updated_timestamp] for one in registered),
    "versions": sorted((version_of(one) for one in everywhere(client.search_model_versions)),
                       key=lambda one: one["version"]),
    "predictions": {uri: prediction(uri) for uri in sys.argv[1:]},
}
if mlflow.__version__ >= "3":
    models = everywhere(client.search_logged_models, experiment_ids=ids)
    said["models"] = sorted((logged_model_of(one) for one in models), key=lambda one: one["model"])
print(json.dumps(said, indent=1, sort_keys=True, default=str))
