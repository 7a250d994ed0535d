"""Two tables to be compared: `tables.py ROWS FEATURES REFERENCE CURRENT`, Parquet. Every fifth feature is one of categories; a third moves."""

import sys

import numpy
import pyarrow
import pyarrow.parquet

rows, features = int(sys.argv[1]), int(sys.argv[2])
VALUES = numpy.array(["a", "b", "c", "d", "e"])


def column(random, at, moved):
    shift = 0.3 if moved and at % 3 == 0 else 0
    if at % 5 == 4:
        return VALUES[numpy.minimum(random.geometric(0.4 + shift / 2, rows), 5) - 1]
    return random.normal(shift, 1, rows)


for path, seed, moved in ((sys.argv[3], 1, False), (sys.argv[4], 2, True)):
    random = numpy.random.default_rng(seed)
    schema = pyarrow.schema([(f"f{at}", pyarrow.string() if at % 5 == 4 else pyarrow.float64()) for at in range(features)])
    pyarrow.parquet.write_table(
        pyarrow.table({f"f{at}": pyarrow.array(column(random, at, moved)) for at in range(features)}, schema=schema), path
    )
