"""Tell the run that this script is part of what it should remember.

    import loopwright

    loopwright.log(loss=0.3, step=1)             # metrics
    loopwright.param(depth=8)                    # parameters
    loopwright.tag(stage="baseline")             # tags
    loopwright.artifact("model.onnx")            # a file or folder, copied
    loopwright.figure(fig, "roc")                # matplotlib, plotly, PIL, or the path of a picture
    loopwright.figure(fig, "roc", step=3)        # pictures of one name are one, with a slider
    loopwright.image(array, "sample", step=3)    # numpy, torch
    loopwright.table("errors", rows)             # dictionaries, columns, pandas, polars
    loopwright.confusion_matrix("test", y_true, y_pred)
    loopwright.roc_curve("test", y_true, y_score)
    loopwright.pr_curve("test", y_true, y_score)
    lr = float(loopwright.params().get("lr", 0.1))   # what `run -P lr=…` was given

Nothing here raises, waits or talks to a network. What can't be recorded is skipped and said once on stderr, and the
run's page says so too. In a script that is not tracked every call does nothing.
"""

__all__ = ["artifact", "confusion_matrix", "figure", "flush", "image", "log", "param", "params", "pr_curve", "roc_curve",
           "run_id", "table", "tag"]


def __getattr__(name):
    # The functions are loaded when the first of them is used, so that a script that only starts pays nothing.
    if name not in __all__:
        raise AttributeError("module %r has no attribute %r" % (__name__, name))
    from . import _api

    for public in __all__:
        globals()[public] = getattr(_api, public)
    return globals()[name]


def load_ipython_extension(ipython):
    """`%load_ext loopwright` in a notebook that is tracked: from now on its kernel is captured as a script is."""
    from . import _ipython

    _ipython.load(ipython)


def unload_ipython_extension(ipython):
    from . import _ipython

    _ipython.unload(ipython)


def __dir__():
    return sorted(__all__)
