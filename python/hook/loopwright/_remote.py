"""Names of remote data that may be written down."""
_SCHEMES = ("s3", "s3a", "s3n", "gs", "gcs", "abfs", "abfss", "adl", "az", "wasb", "wasbs", "http", "https", "ftp", "sftp",
            "hf", "hdfs", "r2", "oss", "azure", "github", "webhdfs")


def cleaned(uri):
    """The URI without user, password, query and fragment; None if it is no URI of remote data."""
    if not isinstance(uri, str):
        return None
    scheme, separator, rest = uri.partition("://")
    # fsspec chains its file systems: `simplecache::s3://bucket/key`.
    scheme = scheme.rpartition("::")[2].lower()
    if not separator or scheme not in _SCHEMES:
        return None
    for mark in "?#":
        rest = rest.partition(mark)[0]
    authority, slash, path = rest.partition("/")
    user, at, host = authority.rpartition("@")
    if at and scheme in ("abfs", "abfss", "wasb", "wasbs", "az") and ":" not in user:
        host = authority  # the container stands before the @
    return "%s://%s%s%s" % (scheme, host, slash, path) if host else None
