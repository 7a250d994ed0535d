"""What a script takes from its command line becomes the parameters of the run.

`ArgumentParser.parse_known_args` is wrapped, the method that every way of parsing goes through, and what the
outermost call returned in the main process is recorded. The wrapper calls the original first and touches neither its
result nor its exceptions.
"""
import re
import sys
from _thread import _local
from sys import _getframe

from ._secrets import HIDDEN, is_secret

# Programs that start the script that the user means; their own arguments are no parameters of it.
_LAUNCHERS = ("accelerate", "deepspeed", "horovodrun", "torchrun", "torch.distributed.run", "torch.distributed.launch",
              "accelerate.commands.launch", "deepspeed.launcher.launch")

# They parse their own configuration and the arguments of magics.
_MACHINERY = ("traitlets", "IPython", "ipykernel")

_depth = _local()
_recorded = {}


def wrap(argparse):
    """Wrap the parser class of the module, once."""
    for name in ("parse_known_args", "parse_known_intermixed_args"):
        original = argparse.ArgumentParser.__dict__.get(name)
        if original is not None and not hasattr(original, "_loopwright"):
            setattr(argparse.ArgumentParser, name, _wrapped(original))


def _wrapped(original):
    def parse(self, *args, **kwargs):
        level = getattr(_depth, "level", 0)
        _depth.level = level + 1
        try:
            result = original(self, *args, **kwargs)
        finally:
            _depth.level = level
        if level == 0:
            _record(result, _getframe(1))
        return result

    for attribute in ("__module__", "__name__", "__qualname__", "__doc__"):
        setattr(parse, attribute, getattr(original, attribute))
    parse.__wrapped__ = original
    parse._loopwright = True
    return parse


def _is_machinery(caller):
    """Whether the arguments are those of a kernel of Jupyter or of a magic, and none of the user's."""
    while caller is not None and caller.f_globals.get("__name__") == "argparse":
        caller = caller.f_back
    name = caller.f_globals.get("__name__") if caller is not None else None
    return isinstance(name, str) and name.partition(".")[0] in _MACHINERY


def _is_about_to_fail(leftovers, caller):
    """`parse_args` is the caller and will refuse the arguments that were not recognised."""
    return bool(leftovers) and caller.f_globals.get("__name__") == "argparse" and caller.f_code.co_name in (
        "parse_args", "parse_intermixed_args")


def _speaks_for_run():
    """Whether the script's arguments are this process's: rank 0 of a distributed job, else the run's first Python."""
    from . import _hook, _ranks

    here = _ranks.position()
    if here is not None:
        return here[0] == 0
    return _hook.is_main() and not _is_launcher()


def _is_launcher():
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    program = re.split(r"[/\\]", sys.argv[0])[-1] if sys.argv else ""
    return re.sub(r"\.(py|exe)$", "", program) in _LAUNCHERS or getattr(spec, "name", None) in _LAUNCHERS


def _record(result, caller):
    try:
        from . import _api

        if not _speaks_for_run() or _is_machinery(caller) or _is_about_to_fail(result[1], caller):
            return
        texts = collect_params(vars(result[0]), _api.as_text)
        changed = {key: text for key, text in texts.items() if _recorded.get(key) != text}
        _recorded.update(changed)
        if changed:
            _api.record_params("argparse", changed)
    except Exception:
        pass  # a value whose `str` fails, or a parser that returns something else: the script's own business


def collect_params(values, as_text):
    """The parameters in a namespace's dictionary, with what looks like a secret hidden."""
    texts = {}
    for name, value in values.items():
        if is_secret(name, value):
            texts[name] = HIDDEN
            continue
        try:
            texts[name] = as_text(value)
        except Exception:
            texts[name] = "<%s>" % type(value).__name__  # its own conversion to text fails
    return texts
