"""Code that names a tracking server of its own to MLflow: it is left alone, the run says so, and our token stays here.

MLflow sends MLFLOW_TRACKING_TOKEN to whichever server it talks to. So every client gets the token of its server (ours,
or what the user's environment had), and the environment that of the server which is named in it, for child processes.
"""
from os import environ

from . import _wrap
from ._remarks import remark
from ._remote import cleaned

_URI = "MLFLOW_TRACKING_URI"
_TOKEN = "MLFLOW_TRACKING_TOKEN"
_OUR_URI = "LOOPWRIGHT_TRACKING_URI"
_OUR_TOKEN = "LOOPWRIGHT_TRACKING_TOKEN"
_OUTER_TOKEN = "LOOPWRIGHT_OUTER_TRACKING_TOKEN"
_MAX_TOLD = 5

_told = set()


def wrap_credentials(module):
    """In `mlflow.utils.credentials`, and before 2.10 in the modules of the stores; elsewhere it is imported from there."""
    _wrap.attach(module, {name: (None, _choose_credentials)
                          for name in ("get_default_host_creds", "_get_default_host_creds") if hasattr(module, name)})


def wrap_service(module):
    """All that MLflow logs and reads of runs goes by `_get_store`, which is told the server, or looks it up."""
    wrap_credentials(module)

    def about_to_use(args, kwargs):
        uri = _wrap.argument(args, kwargs, 0, "store_uri") or module.get_tracking_uri()
        adjust_environment()
        _tell(str(uri))

    _wrap.attach(module, {
        "set_tracking_uri": (None, lambda *_: adjust_environment()),
        "_get_store": (about_to_use, None),
    })


def adjust_environment():
    """The token in the environment is that of the server in the environment."""
    ours = environ.get(_OUR_TOKEN)
    if not ours:
        return
    uri = environ.get(_URI)
    token = environ.get(_TOKEN)
    if _is_ours(uri):
        if token is None or token == environ.get(_OUTER_TOKEN):
            environ[_TOKEN] = ours
    elif token == ours:
        _set(_TOKEN, environ.get(_OUTER_TOKEN))


def _set(name, value):
    if value is None:
        environ.pop(name, None)
    else:
        environ[name] = value


def _choose_credentials(args, kwargs, credentials, _):
    ours = environ.get(_OUR_TOKEN)
    if not ours:
        return
    if not _is_ours(credentials.host):
        if credentials.token == ours:
            credentials.token = environ.get(_OUTER_TOKEN)
    elif credentials.token is None or credentials.token in (ours, environ.get(_OUTER_TOKEN)):
        credentials.token = ours
        # What the user has for another server, in the environment or in ~/.mlflow/credentials, would go before it.
        credentials.username = credentials.password = credentials.auth = None
        credentials.aws_sigv4 = False


def _is_ours(uri):
    ours = environ.get(_OUR_URI)
    if not ours or not uri:
        return False
    uri = str(uri).replace("://localhost:", "://127.0.0.1:", 1)
    return uri == ours or uri.startswith(ours + "/")


def _tell(uri):
    if uri in _told or len(_told) >= _MAX_TOLD or not environ.get(_OUR_URI) or _is_ours(uri):
        return
    _told.add(uri)
    remark("tracking " + uri, "For MLflow, the code uses %s and not this store: what it logs there is not here." % _name(uri))


def _name(uri):
    """The server in words, without user and password."""
    scheme, separator, rest = uri.partition(":")
    if scheme in ("http", "https"):
        return cleaned(uri) or "another server"
    if scheme in ("databricks", "databricks-uc", "uc"):
        return "Databricks"
    if not separator or scheme == "file":
        return "the folder %s" % _path(rest if separator else uri)
    if scheme == "sqlite":
        return "the database %s" % (rest.partition("?")[0][len("///"):] or "in memory")
    authority = rest.lstrip("/").partition("?")[0].rpartition("@")[2]
    return "%s://%s" % (scheme, authority)


def _path(uri):
    from os.path import abspath
    from urllib.parse import unquote  # which MLflow has loaded

    return unquote(uri[2:] if uri.startswith("//") else uri) if uri.startswith("/") else abspath(uri or "mlruns")
