"""What a sweep is made of: the combinations of its values, and the folder of the run for each of them."""
from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import time

HANDED_OVER = "handed-over.json"
# Kept short in a name: what is longer is cut, the parameter has the whole.
_LONGEST_VALUE = 40
_LONGEST_NAME = 250


def combinations(over: dict[str, list[str]]) -> list[dict[str, str]]:
    """Every combination, the last parameter varying fastest."""
    return [dict(zip(over, values)) for values in itertools.product(*over.values())]


def fill(word: str, values: dict[str, str]) -> str:
    """`{lr}` becomes the value of lr. Other braces stay: `{}` and `{other}` mean something to somebody else."""
    return re.sub(r"\{([^{}]+)\}", lambda match: values.get(match.group(1), match.group(0)), word)


def placeholders(words: list[str]) -> set[str]:
    return {name for word in words for name in re.findall(r"\{([^{}]+)\}", word)}


def label(values: dict[str, str]) -> str:
    """`lr=0.1 depth=2`"""
    return " ".join("%s=%s" % (key, _shortened(value)) for key, value in values.items())


def _shortened(value: str) -> str:
    text = " ".join(value.split())
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE - 1] + "…"


class Template:
    """The sweep's own run, from which those of its children are made.

    `argv` and `params` are whole; in the document, what is secret is hidden.
    """

    def __init__(self, run_dir: str, document: dict, argv: list[str], params: dict[str, str]) -> None:
        self._runs = os.path.dirname(run_dir)
        self._active = os.path.join(os.path.dirname(self._runs), "active")
        self._document = document
        self._argv = argv
        self._params = params

    def make(self, values: dict[str, str]) -> str:
        """Make the folder of the run with these values, and the marker by which the engine finds it; the folder."""
        run_id = new_run_id()
        spec, whole = self._specs(run_id, values)
        folder = os.path.join(self._runs, run_id)
        try:
            for name in ("journals", "artifacts"):
                os.makedirs(os.path.join(folder, name))
            if spec["hidden"] or spec["hidden_params"] or spec["hidden_env"]:
                # For our eyes only, and only until the runner has read it.
                opener = lambda path, flags: os.open(path, flags, 0o600)  # noqa: E731
                with open(os.path.join(folder, HANDED_OVER), "x", encoding="ascii", opener=opener) as file:
                    json.dump(whole, file)
            draft = os.path.join(folder, "spec.json.%d.tmp" % os.getpid())
            with open(draft, "w", encoding="ascii") as file:
                json.dump(spec, file, indent=2)
                file.write("\n")
            os.replace(draft, os.path.join(folder, "spec.json"))
            with open(os.path.join(self._active, run_id), "x"):
                pass
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)  # no run: nothing shall be taken for one
            raise
        return folder

    def _specs(self, run_id: str, values: dict[str, str]) -> tuple[dict, dict]:
        """spec.json, and the whole of what it hides."""
        own = self._document
        sweep = own["sweep"]
        shown = [fill(word, values) for word in sweep["argv"]]
        argv = [fill(word, values) for word in self._argv]
        hidden_env = own.get("hidden_env") or []
        whole = {
            "argv": argv,
            "params": dict(self._params, **values),
            # Those that are hidden have come to us in the environment, as the runner gave it to us.
            "env": dict(own["env"], **{name: os.environ.get(name, "") for name in hidden_env}),
        }
        spec = dict(
            own,
            run_id=run_id,
            parent_run_id=own["run_id"],
            name=("%s %s" % (own["name"], label(values)))[:_LONGEST_NAME],
            argv=shown,
            hidden=[index for index, word in enumerate(argv) if word != shown[index]],
            source=fill(own["source"], values),
            params=dict(own["params"], **values),
            hidden_params=own.get("hidden_params") or [],
            hidden_env=hidden_env,
            # What we have tagged our own run with (pinned, …) is about that run.
            tags={key: value for key, value in own["tags"].items() if not key.startswith("loopwright.")},
            capture=sweep["capture"],
            sweep=None,
            created_ms=int(time.time() * 1000),
            socket=own["socket"] and _socket_of(own["socket"], run_id),
        )
        return spec, whole


def _socket_of(socket: str, run_id: str) -> str:
    """Beside our own, where the engine looks for it (src/protocol/node/addresses.ts)."""
    return os.path.join(os.path.dirname(socket), "run-%s.sock" % run_id[-12:])


_last_ms = 0


def new_run_id() -> str:
    """A version 7 UUID without dashes: runs sort in the order in which they were asked for, by the time of that."""
    global _last_ms
    _last_ms = max(int(time.time() * 1000), _last_ms + 1)
    random = bytearray(os.urandom(10))
    random[0] = random[0] & 0x0F | 0x70
    random[2] = random[2] & 0x3F | 0x80
    return (_last_ms.to_bytes(6, "big") + bytes(random)).hex()
