"""Keeps fitted models: `artifacts/models/<name>/` with `model.joblib`, `model.json` and `input_example.json`.

A model is written at once after its fit, as long as that has cost less than a second and a twentieth of the script's
time. Beyond that the newest of each class waits and is written when the script ends, if it still exists then.
"""
import atexit
import os
import sys
import weakref
from _thread import RLock
from time import perf_counter

from . import _artifacts, _journal, _model_schema, _sklearn_params
from ._budget import Budget
from ._journal import append, json_text, now, quote
from ._remarks import remark

FORMAT = 1
_PER_CLASS = 5
_MAX_CLASSES = 40

_budget = Budget(1.0, 0.05)
_slots = {}  # class name → names of its folders, the one written longest ago first
_folders = {}  # id of an estimator → (weak reference to it, its folder)
_waiting = {}  # class name → (weak reference to the estimator, what is known of its fit, process)
_exit_is_watched = False
_lock = RLock()  # threads that fit at once must not take one another's folders


@_journal.on_reset
def _renew_lock():
    """Another thread may hold it when a process forks, and does not exist in the child."""
    global _lock
    _lock = RLock()


class _TooLarge(Exception):
    """More bytes than are kept of a model."""


class _Writer:
    """A file that refuses to become larger than the limit, so that nothing is pickled in vain for long."""

    def __init__(self, file, limit):
        self._file = file
        self._limit = limit
        self.size = 0

    def write(self, data):
        self.size += memoryview(data).nbytes
        if self.size > self._limit:
            raise _TooLarge()
        return self._file.write(data)

    def tell(self):
        return self.size

    def flush(self):
        self._file.flush()


def keep(fit, seconds, training):
    """Keep the model now, or later if enough time has been spent on models already."""
    estimator = fit.estimator
    kind = type(estimator).__name__
    is_kept_now = fit.method != "partial_fit" and fit.is_recorded and _budget.left() > 0
    about = {"name": fit.name or kind, "inputs": fit.inputs, "fit_seconds": seconds, "training": training or None,
             "outputs": _model_schema.outputs_of(estimator, fit.y) if fit.is_recorded else {}}
    if is_kept_now:
        _waiting.pop(kind, None)
        _write(estimator, about)
        return
    global _exit_is_watched
    try:
        _waiting[kind] = (weakref.ref(estimator), about, os.getpid())
    except TypeError:
        return  # no weak references to it; a strong one would keep its memory from being freed
    if not _exit_is_watched:
        _exit_is_watched = True
        atexit.register(write_waiting)
    if fit.method != "partial_fit" and fit.is_recorded:
        remark("models later", "Keeping models took too much of the script's time. Of the fits from here on, the last "
               "of each class is kept when the script ends.")


def write_affordable():
    """As much of what waits as the time allows that models may take, now that a cell of a notebook has ended."""
    if _waiting and _budget.left() > 0:
        write_waiting()


def write_waiting():
    for reference, about, process in list(_waiting.values()):
        estimator = reference()
        if estimator is None or process != os.getpid():
            continue
        try:
            _write(estimator, about)
        except Exception:
            pass  # the interpreter is on its way out; the run has everything but this model
    _waiting.clear()


def _write(estimator, about):
    kind = type(estimator).__name__
    if not _journal.is_enabled():
        return
    began = perf_counter()
    temporary = slot = None
    try:
        with _lock:
            slot = _slot(_file_name(kind), estimator)
        if slot is None:
            remark("classes", "Models of more than %d classes were fitted; the others are not kept." % _MAX_CLASSES)
            return
        target, temporary = _artifacts._places("models/" + slot)
        os.mkdir(temporary)
        size = _dump(estimator, os.path.join(temporary, "model.joblib"))
        files = _describe(estimator, about, temporary, size, began)
        _artifacts._replace(temporary, target)
        files["model.joblib"] = size
        _record(slot, files, about, estimator, size, perf_counter() - began)
    except _TooLarge:
        _refuse(kind, slot, "it takes more than %d bytes" % _limit())
    except _artifacts.Refused as refusal:
        _refuse(kind, slot, str(refusal))
    except OSError as error:
        _refuse(kind, slot, error.strerror or str(error))
    except Exception as error:
        _refuse(kind, slot, "%s: %s" % (type(error).__name__, str(error)[:300]))
    finally:
        if temporary is not None:
            _artifacts._remove(temporary)
        _budget.spend(perf_counter() - began)


def _refuse(kind, slot, reason):
    remark("model %s" % kind, "The fitted %s was not kept: %s." % (kind, reason))
    if slot is None:
        return
    try:
        # The place that was claimed for it, if nothing of an earlier fit is there.
        with _lock:
            os.rmdir(os.path.join(_journal.run_directory(), "artifacts", "models", slot))
            _slots[_file_name(kind)].remove(slot)
    except (OSError, KeyError, ValueError):
        pass  # an earlier fit is in it and stays


def _limit():
    try:
        return int(os.environ.get("LOOPWRIGHT_MODEL_LIMIT") or 100000000)
    except ValueError:
        return 100000000


def _slot(kind, estimator):
    """The folder for a fit: the one that the same estimator had, a free one, or that of the oldest of its class."""
    slots = _slots.get(kind)
    if slots is None:
        if len(_slots) >= _MAX_CLASSES:
            return None
        slots = _slots[kind] = []
    known = _folders.get(id(estimator))
    if known is not None and known[0]() is estimator and known[1] in slots:
        slots.remove(known[1])
        slots.append(known[1])
        return known[1]
    if len(slots) < _PER_CLASS:
        slots.append(_claim(kind))
    else:
        slots.append(slots.pop(0))
        remark("replaced %s" % kind, "More than %d models of class %s were fitted; the newest %d are kept, each in the "
               "place of an older one." % (_PER_CLASS, kind, _PER_CLASS))
    for other in [key for key, (_, folder) in _folders.items() if folder == slots[-1]]:
        del _folders[other]
    try:
        _folders[id(estimator)] = (weakref.ref(estimator), slots[-1])
    except TypeError:
        pass  # no weak references to it: a second fit of it counts as another model
    return slots[-1]


def _claim(kind):
    """A folder that no other process of the run uses."""
    root = os.path.join(_journal.run_directory(), "artifacts")
    for folder in (root, os.path.join(root, "models")):
        _artifacts._make_folder(folder)
    number = 1
    while True:
        name = kind if number == 1 else "%s-%d" % (kind, number)
        number += 1
        if name in _slots[kind]:
            continue  # its folder may be out of its place for a moment, while a newer model comes into it
        try:
            os.mkdir(os.path.join(root, "models", name))
            return name
        except FileExistsError:
            pass


def _file_name(text):
    return "".join(letter if letter.isalnum() or letter in "_-" else "_" for letter in text)[:80] or "model"


def _dump(estimator, path):
    joblib = sys.modules.get("joblib")
    with open(path, "wb") as file:
        writer = _Writer(file, _limit())
        if joblib is not None:
            joblib.dump(estimator, writer)
        else:
            import pickle

            pickle.dump(estimator, writer, protocol=4)
    return writer.size


def _describe(estimator, about, folder, size, began):
    """Write `model.json` and the example; {file name: size}."""
    inputs = dict(about["inputs"] or {})
    example = inputs.pop("example", None)
    document = {
        "format": FORMAT,
        "name": about["name"],
        "class": type(estimator).__name__,
        "module": type(estimator).__module__,
        "params": _sklearn_params.collect(estimator),
        "versions": _model_schema.versions(),
        "inputs": inputs or None,
        "feature_names": _model_schema.feature_names(estimator),
        "feature_count": _model_schema.feature_count(estimator),
        "outputs": about["outputs"],
        "fit_seconds": about["fit_seconds"],
        "training": about["training"],
        "capture": {"seconds": perf_counter() - began, "bytes": size},
    }
    files = {"model.json": _write_json(folder, "model.json", document)}
    if example is not None:
        files["input_example.json"] = _write_json(folder, "input_example.json", example)
    return files


def _write_json(folder, name, document):
    data = json_text(document).encode("ascii")
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)
    return len(data)


def _record(slot, files, about, estimator, size, seconds):
    for name, file_size in sorted(files.items()):
        kind = "model" if name == "model.joblib" else "file"
        append('["artifact",%d,%s]' % (now(), json_text({"path": "models/%s/%s" % (slot, name), "size": file_size,
                                                         "kind": kind})))
    inputs = about["inputs"] or {}
    fact = {
        "class": "%s.%s" % (type(estimator).__module__, type(estimator).__name__),
        "name": about["name"],
        "bytes": size,
        "seconds": seconds,
        "fit_seconds": about["fit_seconds"],
        "features": _model_schema.feature_count(estimator),
        "rows": inputs.get("rows"),
        "training": about["training"],
    }
    append('["facts",%d,"models",{%s:%s}]' % (now(), quote("models/" + slot), json_text(fact)))
