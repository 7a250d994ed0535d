"""Twenty runs, one after the other, and what it sees of them itself."""
import mlflow

for number in range(20):
    with mlflow.start_run():
        mlflow.log_param("number", number)
        mlflow.log_metric("square", number * number)
found = mlflow.search_runs(max_results=50, order_by=["metrics.square DESC"])
print("squares", sorted(int(square) for square in found["metrics.square"])[-3:], len(found))
