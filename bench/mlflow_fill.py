"""Puts runs of 20 metrics and 20 parameters into the database of an MLflow server, past its API: that would take an hour.

python mlflow_fill.py DATABASE RUNS
"""

import sqlite3
import sys
import uuid

path, runs = sys.argv[1], int(sys.argv[2])
KEYS = [f"{key:02}" for key in range(20)]


def value(run, key):
    return ((run * 7919 + key * 104_729) % 1_000_003) / 1_000_003


database = sqlite3.connect(path, timeout=60)
with database:
    for run in range(runs):
        run_id, start = uuid.UUID(int=run + 1).hex, 1_700_000_000_000 + run * 1000
        database.execute(
            "INSERT INTO runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time,"
            " end_time, source_version, lifecycle_stage, artifact_uri, experiment_id)"
            " VALUES (?, ?, 'UNKNOWN', '', '', 'bench', 'FINISHED', ?, ?, '', 'active', ?, 0)",
            (run_id, f"run-{run}", start, start + 500, f"mlflow-artifacts:/0/{run_id}/artifacts"),
        )
        database.executemany("INSERT INTO params (run_uuid, key, value) VALUES (?, ?, ?)",
                             [(run_id, f"p{key}", str((run + int(key)) % 97)) for key in KEYS])
        points = [(run_id, f"m{key}", value(run, int(key)), start, 0, 0) for key in KEYS]
        for table in ("metrics", "latest_metrics"):
            database.executemany(f"INSERT INTO {table} (run_uuid, key, value, timestamp, step, is_nan)"
                                 " VALUES (?, ?, ?, ?, ?, ?)", points)
database.close()
