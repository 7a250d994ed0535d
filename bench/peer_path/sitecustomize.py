"""Loaded by the peer's processes: gives each of its SQLite connections the level of `synchronous` that ours have."""

import os
import sqlite3

level = os.environ.get("BENCH_SYNCHRONOUS")
if level:
    connect = sqlite3.connect

    def leveled(*args, **kwargs):
        connection = connect(*args, **kwargs)
        connection.execute(f"PRAGMA synchronous = {level}")
        return connection

    sqlite3.connect = leveled
    sqlite3.dbapi2.connect = leveled
