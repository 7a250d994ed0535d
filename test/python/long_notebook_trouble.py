"""Kernels that die, hang, flood or leave something behind, and notebooks that are stopped."""
from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

from notebooking import SECONDS, KernelTest, document, needs_kernel
from support import is_running, until

WAITS = document("x = 1", "import time\nprint('waits')\ntime.sleep(300)", "print('never')")
# What an interrupt can't reach.
STUBBORN = ("import signal, time\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])\nprint('stubborn')\n"
            "while True: time.sleep(1)")


def group_of(leader: int) -> list[int]:
    """The processes of a process group."""
    pids = []
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and os.getpgid(int(name)) == leader:
                pids.append(int(name))
        except ProcessLookupError:
            pass  # it has ended meanwhile
    return pids


class Peak(threading.Thread):
    """The most memory that a process has had, looked at until it ends."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._status = Path("/proc/%d/status" % pid)
        self.megabytes = 0
        self.start()

    def run(self) -> None:
        while True:
            try:
                found = re.search(r"VmHWM:\s*(\d+) kB", self._status.read_text())
            except OSError:
                return
            if found is None:
                return  # it has ended, and waits for its parent to hear of it
            self.megabytes = int(found[1]) // 1024
            time.sleep(0.02)


@needs_kernel
class Trouble(KernelTest):
    def test_a_kernel_that_is_killed(self):
        ran = self.execute(document("x = 1", "print('a', flush=True)\nimport os; os.kill(os.getpid(), 9)", "1"))
        self.assertEqual((ran.code, [one["state"] for one in ran.executions]), (1, ["ok", "failed"]))
        self.assertEqual(ran.reason, "Cell [2] ended the kernel: its process was ended by SIGKILL. "
                                              "Too little memory is the usual cause.")
        self.assertEqual(ran.executed["cells"][1]["metadata"]["papermill"]["status"], "failed")

    def test_a_kernel_that_dies_while_it_starts(self):
        # A module in the notebook's folder that has the name of one which the kernel needs.
        self.write("import sys\nsys.exit('no kernel today')\n", "ipykernel_launcher.py")
        ran = self.execute(document("1"))
        self.assertEqual((ran.code, ran.executions), (2, []))
        self.assertRegex(ran.reason, r"^The kernel did not start \(its process ended with exit code 1\)\. ")
        self.assertIn("no kernel today", ran.stderr)
        self.assertEqual([name for name in os.listdir(ran.run.dir) if name.startswith(".kernel")], [])

    def test_a_cell_that_asks_for_input(self):
        ran = self.execute(document("input('name? ')"))
        self.assertEqual(ran.code, 1)
        self.assertIn("Cell [1] asks for input", ran.reason)

    def test_a_notebook_that_ends_itself(self):
        ran = self.execute(document("import sys", "sys.exit()", "print('never')"))
        self.assertEqual((ran.code, len(ran.executions)), (0, 2), ran.stderr)
        self.assertIn("Cell [2] ended the notebook", ran.notes[-1])

    def test_limits_of_time(self):
        ran = self.execute(WAITS, cellTimeLimitS=1.5)
        self.assertEqual((ran.code, ran.reason), (1, "Cell [2] was ended after 1.5 s, the time limit of a cell."))
        self.assertEqual((ran.executions[1]["state"], ran.outputs(1)[0]["data"]), ("interrupted", "waits\n"))
        self.assertIn("time.sleep", ran.stderr, "where it was is told")
        ran = self.execute(document(STUBBORN), cellTimeLimitS=1)
        self.assertEqual((ran.code, ran.executions[0]["state"]), (1, "interrupted"))
        self.assertFalse(is_running(self.kernel_of(ran.run)))
        ran = self.execute(WAITS, timeLimitS=0.2)
        self.assertEqual((ran.code, ran.executions), (1, []))
        self.assertEqual(ran.reason, "The notebook was ended after 0.2 s, its time limit.")

    def test_output_without_end_is_cut_and_says_so(self):
        ran = self.execute(document(
            "for i in range(20000): print('x' * 1000)", "print('y' * 9_000_000)", "'z' * 2_000_000",
            "from IPython.display import display\nfor i in range(1500): display(i)", "print('after')"))
        self.assertEqual(ran.code, 0, ran.stderr)
        cells = ran.executed["cells"]
        for index, letter in ((0, "x"), (1, "y")):
            (output,) = cells[index]["outputs"]
            self.assertRegex("".join(output["text"]), r"\[loopwright: about [\d,]{9,10} more characters were cut here\]\n$")
            (record,) = ran.outputs(index)
            self.assertEqual((record["cut"], record["path"]), (True, "cells/%d-0.txt" % index))
            self.assertLess(record["size"], 1_000_100)
        self.assertIn("about 8,000,00", cells[1]["outputs"][0]["text"][-1])
        self.assertLess(len("".join(cells[2]["outputs"][0]["data"]["text/plain"])), 1_000_100)
        self.assertEqual(len(cells[3]["outputs"]), 1001)
        self.assertEqual(cells[3]["outputs"][-1]["text"], ["[loopwright: 500 more outputs of this cell were left out]\n"])
        self.assertEqual(ran.outputs(4)[0]["data"], "after\n")
        self.assertLess(len(ran.stdout), 6_000_000)

    def test_a_flood_of_output_costs_no_memory_here(self):
        for name, source in (
            ("many prints", "for i in range(300): print('x' * 1_000_000)"),
            ("many small prints", "for i in range(1_000_000): print(i)"),
            ("one print", "print('x' * 300_000_000)"),
            ("a result", "'x' * 300_000_000"),
            ("many displays", "from IPython.display import HTML, display\nfor i in range(40): display(HTML('x' * 9_000_000))"),
        ):
            with self.subTest(name):
                process, run = self.begin(self.write(document(source, "print('after')")))
                peak = Peak(process.pid)
                ran = self.end(process, run)
                self.assertEqual([one["state"] for one in ran.executions], ["ok", "ok"], ran.stderr)
                self.assertEqual(ran.outputs(1)[0]["data"], "after\n")
                self.assertIn("[loopwright: ", json.dumps(ran.executed["cells"][0]["outputs"][-1]))
                self.assertGreater(peak.megabytes, 20, "it was looked at")
                self.assertLess(peak.megabytes, 250)
                self.assertNotIn("timed out", ran.stderr)

    def test_what_it_leaves_behind_ends_with_it_but_for_daemons(self):
        ran = self.execute(document(
            "import os, subprocess\na = subprocess.Popen(['sleep', '300'])\n"
            "b = subprocess.Popen(['sleep', '300'], start_new_session=True)\nprint(a.pid, b.pid)",
            "if os.fork() == 0:\n    import time; time.sleep(300)"))
        self.assertEqual(ran.code, 0, ran.stderr)
        child, daemon = map(int, ran.outputs(0)[0]["data"].split())
        self.addCleanup(os.kill, daemon, signal.SIGKILL)
        self.assertFalse(is_running(child))
        self.assertTrue(is_running(daemon))
        kernel = self.kernel_of(ran.run)
        # What was ended may still wait for its parent to hear of it.
        self.assertEqual([pid for pid in group_of(kernel) if is_running(pid)], [])

    def test_stopped_it_tells_so_and_keeps_what_there_is(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process, run = self.begin(self.write(WAITS))
            self._wait_for_output(run)
            process.send_signal(number)
            ran = self.end(process, run)
            self.assertEqual(ran.code, -number, ran.stderr)
            self.assertEqual([one["state"] for one in ran.executions], ["ok", "interrupted"])
            self.assertEqual(ran.executed["cells"][1]["outputs"][0]["text"], ["waits\n"])
            self.assertFalse(is_running(self.kernel_of(run)))

    def test_asked_twice_it_does_not_wait(self):
        process, run = self.begin(self.write(document(STUBBORN)))
        self._wait_for_output(run, "stubborn\n")
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        begun = time.monotonic()
        ran = self.end(process, run)
        self.assertEqual((ran.code, [one["state"] for one in ran.executions]), (-signal.SIGINT, ["interrupted"]))
        self.assertFalse(is_running(self.kernel_of(run)))
        self.assertLess(time.monotonic() - begun, 15)

    def test_killed_itself_it_leaves_no_kernel(self):
        process, run = self.begin(self.write(WAITS))
        self._wait_for_output(run)
        kernel = self.kernel_of(run)
        process.kill()
        until(lambda: not is_running(kernel), "the end of the kernel", 30)
        self.assertTrue(os.path.exists(run.path("artifacts/notebook/a.ipynb")), "as far as it was saved")

    def _wait_for_output(self, run, text: str = "waits\n") -> None:
        until(lambda: any(record[2].get("data") == text for record in run.records("output")), "the cell", SECONDS)


@needs_kernel
@unittest.skipUnless(sys.platform == "linux" and os.getuid() == 0, "a disk that is really full takes root on Linux")
class FullDisk(KernelTest):
    def setUp(self) -> None:
        super().setUp()
        self.disk = os.path.join(self.base, "runs")
        os.mkdir(self.disk)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", self.disk], check=True)
        self.addCleanup(lambda: until(self._unmount, "unmounting"))

    def _unmount(self) -> bool:
        return subprocess.run(["umount", self.disk], stderr=subprocess.DEVNULL).returncode == 0

    def _fill(self) -> str:
        return "\nfiller = open(%r, 'wb', buffering=0)\ntry:\n    while filler.write(b'x' * 512): pass\n" \
               "except OSError as error: print(error.strerror)" % os.path.join(self.disk, "filler")

    def test_it_goes_on_and_what_was_missing_is_told_when_there_is_room(self):
        empty = "import os\nos.unlink(%r)" % os.path.join(self.disk, "filler")
        ran = self.execute(document("x = 1", "import time" + self._fill() + "\ntime.sleep(1)", "print('y' * 500_000)",
                                    "from IPython.display import HTML\nHTML('z' * 300_000)", empty, "1 / 0"))
        self.assertEqual((ran.code, ran.reason), (1, "Cell [6] failed: ZeroDivisionError: division by zero"), ran.stderr)
        self.assertEqual([one["state"] for one in ran.executions], ["ok"] * 5 + ["failed"])
        self.assertEqual(ran.outputs(1)[0]["data"], "No space left on device\n")
        for ordinal, size in ((2, 500_001), (3, 300_000)):
            output, = ran.outputs(ordinal)
            self.assertEqual((output["cut"], output["size"]), (False, size))
            self.assertEqual(os.path.getsize(ran.run.path("artifacts/" + output["path"])), size)
        self.assertEqual(len(ran.executed["cells"]), 6)
        self.assertEqual([note for note in ran.notes if "could not be written" not in note], [])
        self.assertRegex("\n".join(ran.notes), r"records? of the notebook could not be written: No space left on device\.")

    def test_where_there_is_never_room_it_ends_as_the_notebook_does(self):
        ran = self.execute(document("x = 1" + self._fill(), "print('y' * 500_000)", "import sys; print('last')"))
        self.assertEqual(ran.code, 0, ran.stderr)
        self.assertTrue(ran.stdout.endswith("last\n"), ran.stdout[-200:])
        self.assertIn("output of a cell was cut: No space left on device", ran.stderr)
        self.assertIn("The executed notebook could not be written: No space left on device", ran.stderr)
        self.assertNotIn("Traceback", ran.stderr)
        left = [name for _, _, names in os.walk(ran.run.dir) for name in names if name.startswith(".loopwright-")]
        self.assertEqual(left, [])


if __name__ == "__main__":
    unittest.main()
