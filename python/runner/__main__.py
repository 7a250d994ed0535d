"""Runs a script as a tracked run, or attaches to one. See docs/run-folder.md for what it reads and writes.

    python -I -S <this folder> RUN_DIR [--detach] [--hold]
    python -I -S <this folder> attach RUN_DIR [--hold]
"""
from __future__ import annotations

import argparse
import os
import sys


def main() -> int:
    options = _parse(sys.argv[1:])
    if os.name == "nt":
        import windows

        return windows.main(options)
    import streams

    closed = streams.fill_closed_descriptors()
    if options.attach:
        import attach

        return attach.attach(options.run_dir, options.hold)
    import run

    if not options.detach:
        return run.run_in_foreground(options.run_dir, closed)
    return _detach(options)


def _detach(options: argparse.Namespace) -> int:
    import run

    failure = run.start_detached(options.run_dir)
    if failure is not None:
        print("loopwright: %s" % failure, file=sys.stderr)
        return run.COULD_NOT_START
    if os.isatty(0) and os.isatty(1):
        import attach

        return attach.attach(options.run_dir, options.hold)
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="runner", description="Run a script as a tracked run, or attach to one.")
    parser.add_argument("--hold", action="store_true",
                        help="when the run has ended, say so and wait for a key (for terminals that would close)")
    if arguments[:1] == ["attach"]:
        arguments = arguments[1:]
        parser.set_defaults(attach=True, detach=False)
    else:
        parser.set_defaults(attach=False)
        parser.add_argument("--detach", action="store_true",
                            help="run independently of this terminal; with one, show the run in it")
    parser.add_argument("run_dir", metavar="RUN_DIR", help="the run's folder, with its spec.json")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    try:
        code = main()
    except KeyboardInterrupt:
        code = 130  # Ctrl+C while a detached run was being started, or at --hold
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # the caller may have closed it
            stream.flush()
    # Nothing is left to tidy up, and a forked helper must not run the exit handlers a second time.
    os._exit(code)
