"""Loading a model, which executes what its pickle says."""
from __future__ import annotations

import pickle

from .problems import Missing, Refused, need, told
from .sources import Source


def load(source: Source) -> object:
    """@throws Refused, Missing"""
    try:
        return _FORMS[source.form](source)
    except (Refused, Missing, MemoryError):
        raise
    except ModuleNotFoundError as error:
        raise _without(error)
    except AttributeError as error:
        if "__main__" in str(error):
            raise Refused("It needs a class or function of the script that made it, which is there only while that script "
                          "runs (%s). Move it into a module, or save the model in another form." % told(error))
        raise Refused("It can't be loaded here: %s" % told(error))
    except Exception as error:
        raise Refused("It can't be loaded here: %s" % told(error))


def _without(error: ModuleNotFoundError) -> Exception:
    """Of a known library it is told how to have it; any other module may be the user's own."""
    top = (error.name or "").partition(".")[0]
    if top in _KNOWN:
        return Missing([_KNOWN[top]], "Loading the model")
    return Refused("It can't be loaded here: there is no module %s. Name the interpreter of the environment that made it, "
                   "or run the command in the folder where that module is." % (error.name or told(error)))


_KNOWN = {"sklearn": "scikit-learn", "joblib": "joblib", "numpy": "numpy", "pandas": "pandas", "scipy": "scipy",
          "lightgbm": "lightgbm", "xgboost": "xgboost", "torch": "torch", "cloudpickle": "cloudpickle",
          "imblearn": "imbalanced-learn", "skops": "skops", "catboost": "catboost", "mlflow": "mlflow",
          "torchvision": "torchvision"}


def _pickle(source: Source) -> object:
    try:
        import joblib
    except ImportError:
        with open(source.file, "rb") as file:
            return pickle.load(file)
    return joblib.load(source.file)


def _skops(source: Source) -> object:
    need({"skops": "skops"}, "Loading the model")
    import skops.io

    # The user has said that it may be loaded; without that nothing of this runs.
    return skops.io.load(source.file, trusted=skops.io.get_untrusted_types(file=source.file))


def _torch(source: Source) -> object:
    need({"torch": "torch"}, "Loading the model")
    import torch

    if _is_script(source.file):
        return torch.jit.load(source.file, map_location="cpu")
    return torch.load(source.file, map_location="cpu", weights_only=False, **_pickle_module(source))


def _pickle_module(source: Source) -> dict:
    """MLflow has written it with one of its own, which makes classes of what the script had defined."""
    if source.mlmodel is None:
        return {}
    try:
        from mlflow.pytorch import pickle_module
    except ImportError:
        try:
            import cloudpickle as pickle_module
        except ImportError:
            raise Missing(["cloudpickle"], "Loading the model")
    return {"pickle_module": pickle_module}


def _is_script(path: str) -> bool:
    """TorchScript has the code of its classes in the archive."""
    import zipfile

    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any("/code/" in name for name in archive.namelist())


def _torch_program(source: Source) -> object:
    need({"torch": "torch"}, "Loading the model")
    import torch

    return torch.export.load(source.file)


def _lightgbm(source: Source) -> object:
    need({"lightgbm": "lightgbm"}, "Loading the model")
    import lightgbm

    return lightgbm.Booster(model_file=source.file)


def _xgboost(source: Source) -> object:
    need({"xgboost": "xgboost"}, "Loading the model")
    import xgboost

    # The wrapper of scikit-learn says what its numbers mean; by itself a booster does not know its classes.
    name = (source.model_class or "xgboost.core.Booster").rpartition(".")[2]
    kind = getattr(xgboost, name, xgboost.Booster)
    model = kind()
    model.load_model(source.file)
    return model


_FORMS = {"pickle": _pickle, "skops": _skops, "torch": _torch, "torch program": _torch_program,
          "lightgbm": _lightgbm, "xgboost": _xgboost}
