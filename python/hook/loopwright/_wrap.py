"""Functions of libraries with something of ours before or after them.

The original is called with what the wrapper was given, and what it returns or raises passes through. Wrappers pickle:
every module of the library that has the original gets the wrapper, under the names that pickle looks up. Classes stay
what they are; only functions in them are wrapped.
"""
import sys
from time import time

from . import _guard

# `warnings` leaves out frames of files that are called like this when it counts to the caller that is to blame, so a
# deprecation is still told of the user's line. It is the only way that it has.
_FILE = "<loopwright importlib._bootstrap>"


def wrapped(original, before=None, after=None):
    """`before(args, kwargs)`, the original, then `after(args, kwargs, result, seconds since 1970 when it began)`."""

    def call(*args, **kwargs):
        began = time()
        if before is not None:
            quietly(before, args, kwargs)
        result = original(*args, **kwargs)
        if after is not None:
            quietly(after, args, kwargs, result, began)
        return result

    call.__code__ = call.__code__.replace(co_filename=_FILE)
    for attribute in ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__"):
        try:
            setattr(call, attribute, getattr(original, attribute))
        except (AttributeError, TypeError):
            pass  # not every kind of function has them all
    call.__dict__.update(getattr(original, "__dict__", None) or {})
    call.__wrapped__ = original
    call._loopwright = True
    return call


def quietly(function, *args):
    try:
        function(*args)
    except RecursionError:
        pass  # too deep for us; what the script does may still have room
    except Exception as error:
        if _guard.is_foreign(error):
            raise


def attach(module, targets):
    """Wrap `targets`, {dotted name in the module: (before, after)}. What is not there is passed over."""
    replaced = {}
    for name, (before, after) in targets.items():
        try:
            _attach(module, name, before, after, replaced)
        except Exception:
            pass  # a version that is made otherwise
    if replaced:
        _replace_everywhere(module.__name__.partition(".")[0], replaced)


def _attach(module, dotted, before, after, replaced):
    owner = module
    path = dotted.split(".")
    for part in path[:-1]:
        owner = getattr(owner, part)
    if path[:-1]:
        original = vars(owner)[path[-1]]  # not what it inherits
    else:
        original = getattr(owner, path[-1])
    if not callable(original) or isinstance(original, type) or hasattr(original, "_loopwright"):
        return
    call = replaced[id(original)][1] if id(original) in replaced else wrapped(original, before, after)
    if not path[:-1]:
        replaced[id(original)] = (original, call)
    setattr(owner, path[-1], call)


def _replace_everywhere(package, replaced):
    """In a package, functions are imported from module to module; all of them must be the same object."""
    homes = {getattr(original, "__module__", None) for original, _ in replaced.values()}
    # Asking for the type first is cheap; `id` is an audit event of its own.
    kinds = tuple({id(type(original)): type(original) for original, _ in replaced.values()}.values())
    for name, module in list(sys.modules.items()):
        if name == package or name.startswith(package + ".") or name in homes:
            names = getattr(module, "__dict__", {})
            for kind in kinds:
                for key in [key for key, value in list(names.items()) if type(value) is kind]:
                    value = names.get(key)
                    found = replaced.get(id(value))
                    if found is not None and found[0] is value:
                        names[key] = found[1]


def argument(args, kwargs, position, name, default=None):
    return args[position] if len(args) > position else kwargs.get(name, default)
