"""Readers and writers that open their files past Python, library by library: which argument names the file.

`docs/capture.md` says what is seen of each, and is made by trying it.
"""
from . import _import_hook


def start():
    for name, library in _WATCHED:
        _import_hook.after_import(name, _attacher(library))


def _attacher(library):
    def attach(module):
        from . import _wrap

        _wrap.attach(module, library(module))

    return attach


def _pyarrow(_):
    from ._arguments import reads, writes

    return {"memory_map": reads("pyarrow", 0, "path", mode=(1, "mode", "r")), "create_memory_map": writes("pyarrow", 0, "path")}


def _pyarrow_parquet(_):
    from ._arguments import reads, writes

    found = {name: reads("pyarrow", 0, "source") for name in ("read_table", "read_pandas")}
    found.update({name: reads("pyarrow", 0, "where") for name in ("read_metadata", "read_schema")})
    found.update({
        "ParquetFile.__init__": reads("pyarrow", 1, "source"),
        "ParquetDataset.__init__": reads("pyarrow", 1, "path_or_paths"),
        "ParquetWriter.__init__": writes("pyarrow", 1, "where"),
        "write_table": writes("pyarrow", 1, "where"),
        "write_metadata": writes("pyarrow", 1, "where"),
        "write_to_dataset": writes("pyarrow", 1, "root_path"),
    })
    return found


def _pyarrow_text(_):
    from ._arguments import reads, writes

    found = {name: reads("pyarrow", 0, "input_file") for name in ("read_csv", "open_csv", "read_json", "open_json")}
    found["write_csv"] = writes("pyarrow", 1, "output_file")
    return found


def _pyarrow_dataset(_):
    from ._arguments import reads, writes

    return {"dataset": reads("pyarrow", 0, "source"), "parquet_dataset": reads("pyarrow", 0, "metadata_path"),
            "write_dataset": writes("pyarrow", 1, "base_dir")}


def _pyarrow_feather(_):
    from ._arguments import reads, writes

    return {"read_table": reads("pyarrow", 0, "source"), "read_feather": reads("pyarrow", 0, "source"),
            "write_feather": writes("pyarrow", 1, "dest")}


def _pyarrow_orc(_):
    from ._arguments import reads, writes

    return {"read_table": reads("pyarrow", 0, "source"), "ORCFile.__init__": reads("pyarrow", 1, "source"),
            "write_table": writes("pyarrow", 1, "where"), "ORCWriter.__init__": writes("pyarrow", 1, "where")}


def _polars(_):
    from ._arguments import reads, writes

    found = {}
    for kind in ("csv", "csv_batched", "parquet", "parquet_schema", "parquet_metadata", "ipc", "ipc_schema", "ipc_stream",
                 "json", "ndjson", "avro", "excel", "ods", "lines"):
        found["read_" + kind] = found["scan_" + kind] = reads("polars", 0, "source")
    for kind in ("csv", "parquet", "json", "ndjson", "ipc", "ipc_stream", "avro"):
        found["DataFrame.write_" + kind] = writes("polars", 1, "file")
        found["LazyFrame.sink_" + kind] = writes("polars", 1, "path")
    found["DataFrame.write_excel"] = writes("polars", 1, "workbook")
    return found


def _h5py(_):
    from ._arguments import h5py_file

    return {"File.__init__": h5py_file()}


def _duckdb(_):
    from ._arguments import duckdb_database, queries, reads, writes

    found = {"connect": duckdb_database()}
    for prefix, first in (("", 0), ("DuckDBPyConnection.", 1)):
        for name in ("sql", "query", "execute", "executemany", "from_query"):
            found[prefix + name] = queries("duckdb", first, "query")
        for name in ("read_csv", "read_json", "read_parquet", "from_csv_auto", "from_parquet"):
            found[prefix + name] = reads("duckdb", first, "path_or_buffer" if "csv" in name else "file_glob")
    for name in ("to_csv", "write_csv", "to_parquet", "write_parquet"):
        found["DuckDBPyRelation." + name] = writes("duckdb", 1, "file_name")
    return found


def _onnxruntime(_):
    from ._arguments import reads

    return {"InferenceSession.__init__": reads("onnxruntime", 1, "path_or_bytes")}


def _fsspec(_):
    from ._arguments import fsspec_open

    return {"AbstractFileSystem.open": fsspec_open()}


_WATCHED = (
    ("pyarrow", _pyarrow), ("pyarrow.parquet", _pyarrow_parquet), ("pyarrow.csv", _pyarrow_text),
    ("pyarrow.json", _pyarrow_text), ("pyarrow.dataset", _pyarrow_dataset), ("pyarrow.feather", _pyarrow_feather),
    ("pyarrow.orc", _pyarrow_orc), ("polars", _polars), ("h5py", _h5py), ("duckdb", _duckdb),
    ("onnxruntime", _onnxruntime), ("fsspec.spec", _fsspec),
)
