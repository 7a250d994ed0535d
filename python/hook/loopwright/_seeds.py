"""Seeds that the script sets, as facts of the run."""
from . import _import_hook

_MAX_VALUES = 20

_values = {}  # name of the function → the seeds it was given


def start():
    _import_hook.after_import("random", lambda module: _attach(module, "random", {"seed": "a"}))
    _import_hook.after_import("numpy.random", lambda module: _attach(
        module, "numpy.random", {"seed": "seed", "default_rng": "seed"}))
    _import_hook.after_import("torch", lambda module: _attach(module, "torch", {"manual_seed": "seed"}))
    _import_hook.after_import("tensorflow", lambda module: _attach(module, "tensorflow", {"random.set_seed": "seed"}))


def _attach(module, name, functions):
    from . import _wrap

    if name == "random":
        return _attach_random(module, _wrap)
    targets = {function: (_recorder("%s.%s" % (name, function), argument), None)
               for function, argument in functions.items()}
    _wrap.attach(module, targets)


def _attach_random(module, _wrap):
    """`random.seed` is a method of a hidden generator, and pickles with the whole of it; the wrapper by its name."""
    if hasattr(module.seed, "_loopwright"):
        return
    call = _wrap.wrapped(module.seed, _recorder("random.seed", "a"))
    call.__module__, call.__qualname__ = "random", "seed"
    module.seed = call


def _recorder(name, argument):
    def before(args, kwargs):
        value = args[0] if args else kwargs.get(argument)
        if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
            value = value.item()
        if type(value) not in (int, str, float):
            return  # none, or something that can't be written down
        values = _values.setdefault(name, [])
        if value in values or len(values) >= _MAX_VALUES:
            return
        values.append(value)
        from ._journal import append, json_text, now

        append('["facts",%d,"seeds",%s]' % (now(), json_text({name: values[0] if len(values) == 1 else values})))

    return before
