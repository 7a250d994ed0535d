"""The libraries that are watched: which module's import makes which part of this package put itself in place."""
import os

from . import _import_hook


def watch(kinds):
    """Register what the kinds of capture ask for. Imports nothing but this file."""
    if "libraries" in kinds or "models" in kinds:
        _import_hook.after_import("sklearn.base", _sklearn_base)
        _import_hook.after_import("sklearn.pipeline", _sklearn_pipeline)
        _import_hook.after_import("sklearn.model_selection._search", _sklearn_search)
        _import_hook.after_import("sklearn.model_selection._validation", _sklearn_validation)
    if "figures" in kinds:
        _import_hook.after_import("matplotlib.figure", _matplotlib_figure)
        _import_hook.after_import("matplotlib.pyplot", _matplotlib_pyplot)


def watch_tracking():
    """Whatever is captured: where there is a token of ours, it is kept from other servers."""
    if "LOOPWRIGHT_TRACKING_URI" not in os.environ:
        return
    if os.environ.get("MLFLOW_TRACKING_URI") != os.environ["LOOPWRIGHT_TRACKING_URI"]:
        from . import _mlflow

        _mlflow.adjust_environment()  # a process that was started by one which names another server
    _import_hook.after_import("mlflow.utils.credentials", _mlflow_credentials)
    _import_hook.after_import("mlflow.tracking._model_registry.utils", _mlflow_credentials)
    _import_hook.after_import("mlflow.tracking._tracking_service.utils", _mlflow_service)


def _sklearn_base(module):
    from . import _sklearn

    _sklearn.wrap_base(module)


def _sklearn_pipeline(module):
    from . import _sklearn

    _sklearn.wrap_pipeline(module)


def _sklearn_search(module):
    from . import _sklearn

    _sklearn.wrap_search(module)


def _sklearn_validation(module):
    from . import _sklearn_cv

    _sklearn_cv.wrap(module)


def _matplotlib_figure(module):
    from . import _matplotlib

    _matplotlib.wrap_figure(module)


def _matplotlib_pyplot(module):
    from . import _matplotlib

    _matplotlib.wrap_pyplot(module)


def _mlflow_credentials(module):
    from . import _mlflow

    _mlflow.wrap_credentials(module)


def _mlflow_service(module):
    from . import _mlflow

    _mlflow.wrap_service(module)
