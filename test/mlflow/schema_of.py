"""The form of a SQLite database, however its statements were written: columns, keys, indexes, named constraints.

    python schema_of.py FILE
"""
import json
import re
import sqlite3
import sys

database = sqlite3.connect(sys.argv[1])
said = {}
for name, sql in database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall():
    indexes = [row[1:4] for row in database.execute(f"PRAGMA index_list('{name}')")]
    said[name] = {
        "columns": sorted(row[1:6] for row in database.execute(f"PRAGMA table_info('{name}')")),
        "foreign_keys": sorted(row[2:7] for row in database.execute(f"PRAGMA foreign_key_list('{name}')")),
        "indexes": sorted([index[0] if not index[0].startswith("sqlite_") else "", *index[1:],
                           [row[2] for row in database.execute(f"PRAGMA index_info('{index[0]}')")]] for index in indexes),
        "constraints": sorted(re.findall(r"CONSTRAINT (\w+)", sql)),
        "checks": sorted(re.sub(r"\s", "", check) for check in re.findall(r"CHECK (\([^()]*\([^()]*\)\))", sql)),
    }
print(json.dumps(said, indent=1, sort_keys=True))
