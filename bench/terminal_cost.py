"""What bench/terminal.bench.mjs measures: `terminal_cost.py HOOK FOLDER ROUNDS`.

Prints, as JSON, the milliseconds of processor time of a Python that does nothing, in a tracked terminal and in another
one, in turn. What else the machine does meanwhile does not count.
"""
import json
import os
import sys


def cost(environment):
    pid = os.posix_spawn(sys.executable, [sys.executable, "-c", "pass"], environment)
    _, status, usage = os.wait4(pid, 0)
    assert status == 0, status
    return (usage.ru_utime + usage.ru_stime) * 1000


def main(hook, folder, rounds):
    plain = {name: value for name, value in os.environ.items()
             if not name.startswith("LOOPWRIGHT_") and name not in ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")}
    plain["PYTHONPYCACHEPREFIX"] = os.path.join(folder, "bytecode")
    tracked = dict(plain, PYTHONPATH=hook, LOOPWRIGHT_TERMINAL="%s\n%s\t%s" % (os.path.join(folder, "shim"), folder, folder))
    for environment in (tracked, plain):
        cost(environment)  # compiles
    pairs = [(cost(tracked), cost(plain)) for _ in range(int(rounds))]
    print(json.dumps({"tracked": [pair[0] for pair in pairs], "plain": [pair[1] for pair in pairs]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
