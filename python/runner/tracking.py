"""What tells the script of the store's tracking server, so that code written for MLflow logs there without a change."""
from __future__ import annotations

import hashlib
import hmac
import os

_URI = b"MLFLOW_TRACKING_URI"
_TOKEN = b"MLFLOW_TRACKING_TOKEN"
_EXPERIMENTS = (b"MLFLOW_EXPERIMENT_ID", b"MLFLOW_EXPERIMENT_NAME")
# For the hook, which keeps our token from servers that are not ours (`_mlflow.py`): what is ours, and what was there.
_OUR_URI = b"LOOPWRIGHT_TRACKING_URI"
_OUR_TOKEN = b"LOOPWRIGHT_TRACKING_TOKEN"
_OUTER_TOKEN = b"LOOPWRIGHT_OUTER_TRACKING_TOKEN"


def environment(base: dict[bytes, bytes], spec) -> dict[bytes, bytes]:
    """The variables to add to `base`. MLflow's own stay as they are where the user has named a tracking server already.

    No MLFLOW_RUN_ID: with it `mlflow.set_experiment` fails in the script. Which run a process belongs to is in its token.
    """
    if not spec.tracking or not spec.token:
        return {}
    try:
        with open(spec.token, "rb") as file:
            secret = file.read().strip()
    except OSError:
        return {}  # without a token there would be nothing but refusals
    uri, token = os.fsencode(spec.tracking), _token(secret, spec.run_id)
    added = {_OUR_URI: uri, _OUR_TOKEN: token}
    is_nested = _is_of_another_run(base)
    if base.get(_URI) and not is_nested:
        return added
    added[_URI] = uri
    added[_TOKEN] = token
    if base.get(_TOKEN) and not is_nested:
        added[_OUTER_TOKEN] = base[_TOKEN]  # of the server that the code may name by itself
    if spec.experiment and (is_nested or not any(base.get(name) for name in _EXPERIMENTS)):
        added[b"MLFLOW_EXPERIMENT_NAME"] = spec.experiment.encode("utf-8", "surrogateescape")
    return added


def _is_of_another_run(base: dict[bytes, bytes]) -> bool:
    """Whether the variables are ours already: this run was started from within another one."""
    return bool(base.get(_URI)) and base.get(_URI) == base.get(_OUR_URI)


def _token(secret: bytes, run_id: str) -> bytes:
    """As `runToken` in src/protocol/node/tracking.ts."""
    digest = hmac.new(secret, b"run " + run_id.encode("ascii"), hashlib.sha256).hexdigest()
    return b"lw-%s-%s" % (run_id.encode("ascii"), digest.encode("ascii"))
