"""Something of all that MLflow's client can log, for `everything.py` to find again."""
import warnings

warnings.filterwarnings("ignore")

import mlflow  # noqa: E402
import pandas  # noqa: E402
from sklearn.linear_model import LinearRegression  # noqa: E402

client = mlflow.MlflowClient()
IS_3 = mlflow.__version__ >= "3"
experiment = client.create_experiment("fraud", tags={"team": "risk"})
client.create_experiment("empty")
client.delete_experiment(client.create_experiment("gone"))
mlflow.set_experiment("fraud")
frame = pandas.DataFrame({"a": [1.0, 2.0, 3.0], "b": [3.0, 4.0, 5.0]})
dataset = mlflow.data.from_pandas(frame, name="table", source="/data/table.csv")

with mlflow.start_run(run_name="größe, \"1\"\n2") as run:
    mlflow.log_params({"lr": "0.1", "long": "x" * 3000, "path/to": "ü"})
    mlflow.set_tags({"stage": "α", "empty": ""})
    for step, value in enumerate([1.0, float("nan"), float("inf"), -float("inf"), 0.5]):
        mlflow.log_metric("loss", value, step=step)
    for step in (5, -3, 5, 2**40):
        mlflow.log_metric("any/step", step / 3, step=step)
    mlflow.log_input(dataset, context="training", tags={"split": "80 %"})
    mlflow.log_text("text", "a b/100%.txt")
    mlflow.log_dict({"x": 1}, "x.json")
    model = LinearRegression().fit(frame, frame.a)
    how = {"name": "model", "params": {"depth": "3"}} if IS_3 else {"artifact_path": "model"}
    logged = mlflow.sklearn.log_model(model, registered_model_name="fraud", input_example=frame[:1], **how)
    if IS_3:
        mlflow.log_metric("auc", 0.9, model_id=logged.model_id, dataset=dataset)
    with mlflow.start_run(nested=True, run_name="child"):
        mlflow.log_metric("fold", 1.0)
mlflow.register_model(logged.model_uri, "fraud")
client.set_registered_model_alias("fraud", "champion", "1")
client.set_registered_model_tag("fraud", "owner", "ada")
client.set_model_version_tag("fraud", "2", "checked", "yes")
client.update_model_version("fraud", "1", description="the first")
client.transition_model_version_stage("fraud", "1", "Production")
client.delete_run(client.create_run(experiment).info.run_id)
failed = client.create_run(experiment)
client.set_terminated(failed.info.run_id, "FAILED")
