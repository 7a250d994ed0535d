"""What a script uses of the machine, and what the machine is."""
import os
import subprocess
import sys
import time
import unittest
from unittest import mock

from observing import ObserverTest, on_linux
from support import HOOK_DIR, until

sys.path += [os.path.join(os.path.dirname(HOOK_DIR), name) for name in ("observer", "common")]
import hardware  # noqa: E402
import metrics  # noqa: E402

KIND = ("system",)
# A stand-in for a machine with two GPUs: what nvidia-smi prints, as its documentation shows it.
NVIDIA_SMI = """#!/bin/sh
echo $$ >> %s
case "$*" in
*--loop*) while :; do echo "0, 37, 1024"; echo "1, [N/A], 2048"; sleep 0.1; done ;;
*) echo "0, NVIDIA A100, 550.54, 40960"; echo "1, Tesla T4, 550.54, 15360" ;;
esac
"""


def values(run, key):
    return [(record[2], record[3][key]) for record in run.records("metric") if key in record[3]]


def lines(path):
    try:
        with open(path) as file:
            return file.read().split()
    except OSError:
        return []  # not made yet


@on_linux
class Metrics(ObserverTest):
    def test_a_busy_script(self):
        code = ("import time\nblock = bytearray(200_000_000)\nbegin = time.monotonic()\n"
                "while time.monotonic() < begin + 3.6: pass\n"
                "open('share', 'w').write(str(time.process_time() / (time.monotonic() - begin)))")
        run = self.complete(self.observed_python(code, kinds=KIND))
        cpu = values(run, "system/cpu_percent")
        steps = [step for step, _ in cpu]
        self.assertEqual(steps, sorted(set(steps)))
        self.assertGreaterEqual(len(steps), 2)
        # Of one core. Others use this machine, too: what it got of it, it says itself.
        with open(os.path.join(self.root, "share")) as file:
            share = 100 * float(file.read())
        self.assertGreater(max(percent for _, percent in cpu), share / 2)
        self.assertLess(max(percent for _, percent in cpu), 150)
        memory = max(size for _, size in values(run, "system/memory_mb"))
        self.assertTrue(200 < memory < 300, memory)
        self.assertEqual({count for _, count in values(run, "system/processes")}, {1})
        machine = max(size for _, size in values(run, "system/machine_memory_mb"))
        self.assertGreater(machine, memory / 2)

    def test_one_that_comes_late_leaves_the_others_on_their_seconds(self):
        tree = mock.Mock()
        tree.usage.return_value = mock.Mock(processes=1, cpu_seconds=0.0, memory_bytes=0, threads=1, disk_read=0,
                                            disk_written=0)
        journal = mock.Mock()
        with mock.patch.object(metrics.time, "monotonic", return_value=0.0) as clock:
            sampler = metrics.Metrics(journal, tree)
            due = []
            for now in (1.0, 2.3, 3.7, 5.0, 9.9, 11.0):
                clock.return_value = now
                sampler.sample()
                due.append(sampler.due)
        self.assertEqual(due, [2.0, 3.0, 5.0, 6.0, 11.0, 12.0])
        self.assertEqual([call.args[2] for call in journal.append.call_args_list], [1, 2, 4, 5, 10, 11])

    def test_the_whole_tree_counts(self):
        worker = "import time; block = bytearray(100_000_000); time.sleep(60)"
        code = ("import subprocess, sys, time\nworkers = [subprocess.Popen([sys.executable, '-c', %r]) for _ in range(2)]\n"
                "time.sleep(2.6)\nfor one in workers: one.kill()" % worker)
        run = self.complete(self.observed_python(code, kinds=KIND))
        # The last sample may fall between the death of the workers and that of the script.
        self.assertEqual(max(count for _, count in values(run, "system/processes")), 3)
        self.assertGreater(max(size for _, size in values(run, "system/memory_mb")), 200)

    def test_what_was_written_to_disk(self):
        code = ("import os, time\nwith open('big', 'wb') as file:\n    file.write(os.urandom(20_000_000)); file.flush()\n"
                "    os.fsync(file.fileno())\ntime.sleep(1.5)")
        run = self.complete(self.observed_python(code, kinds=KIND))
        self.assertGreaterEqual(values(run, "system/disk_write_mb")[-1][1], 0 if _is_in_memory(self.root) else 20)

    def test_a_short_run_has_none(self):
        run = self.complete(self.observed_python("import time; time.sleep(0.05)", kinds=KIND))
        self.assertEqual(run.records("metric"), [])
        self.assertIn("logicalCores", self.facts(run, "hardware"))

    def test_gpus_through_one_long_query(self):
        pids = os.path.join(self.base, "pids")
        os.chmod(self.file("bin/nvidia-smi", NVIDIA_SMI % pids), 0o755)
        path = os.path.join(self.base, "bin") + os.pathsep + os.environ["PATH"]
        run = self.complete(self.observed_python("import time; time.sleep(3.2)", kinds=KIND, env={"PATH": path}))
        self.assertEqual(self.facts(run, "hardware")["gpus"], [
            {"index": "0", "name": "NVIDIA A100", "driver": "550.54", "memory_mb": 40960.0},
            {"index": "1", "name": "Tesla T4", "driver": "550.54", "memory_mb": 15360.0}])
        self.assertEqual({value for _, value in values(run, "system/gpu0_percent")}, {37.0})
        self.assertEqual({value for _, value in values(run, "system/gpu1_memory_mb")}, {2048.0})
        self.assertEqual(values(run, "system/gpu1_percent"), [])
        self.assertEqual(len(lines(pids)), 2)
        for pid in lines(pids):
            until(lambda pid=pid: not os.path.exists("/proc/%s" % pid), "the end of nvidia-smi")

    def test_gpus_end_with_an_observer_that_is_killed(self):
        pids = os.path.join(self.base, "pids")
        os.chmod(self.file("bin/nvidia-smi", NVIDIA_SMI % pids), 0o755)
        path = os.path.join(self.base, "bin") + os.pathsep + os.environ["PATH"]
        run = self.observed_python("import time; time.sleep(4)", kinds=KIND, env={"PATH": path})
        process = self.start(run)
        until(lambda: len(lines(pids)) == 2, "the long query")
        os.kill(self.observer_of(run), 9)
        for pid in lines(pids):
            until(lambda pid=pid: not os.path.exists("/proc/%s" % pid), "the end of nvidia-smi")
        self.assertEqual(process.wait(20), 0)

    def test_what_it_costs(self):
        """Of a script that does nothing for a while; its memory as the system counts it."""
        run = self.observed_python("import time; time.sleep(4)")
        process = self.start(run)
        pid = self.observer_of(run)
        time.sleep(3)
        with open("/proc/%d/status" % pid) as file:
            memory = next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))
        self.assertLess(memory, 25_000)
        with open("/proc/%d/stat" % pid) as file:
            ticks = sum(map(int, file.read().rpartition(")")[2].split()[11:13]))
        self.assertLess(ticks / os.sysconf("SC_CLK_TCK"), 0.6)
        self.assertEqual(os.getpriority(os.PRIO_PROCESS, pid), 10)
        process.wait(20)
        self.observer_ended(run)


class Cadence(unittest.TestCase):
    def samples(self, seconds):
        elapsed, count = 1.0, 0
        while elapsed < seconds:
            count += 1
            elapsed += metrics.interval(elapsed)
        return count

    def test_a_second_apart_for_ten_minutes_and_about_2000_in_two_weeks(self):
        self.assertEqual(self.samples(600), 599)
        self.assertLess(self.samples(3600), 1110)
        self.assertTrue(1900 < self.samples(14 * 86400) < 2000, self.samples(14 * 86400))
        self.assertLess(self.samples(365 * 86400), 2300)


class Hardware(ObserverTest):
    def test_x86_and_arm(self):
        x86 = "".join("processor\t: %d\nmodel name\t: Some CPU\nphysical id\t: 0\ncore id\t\t: %d\nflags\t\t: fpu avx avx2 fma\n\n"
                      % (index, index // 2) for index in range(4))
        self.assertEqual(hardware.cpu_facts(x86), {"cpu": "Some CPU", "physicalCores": 2, "flags": ["avx", "avx2", "fma"]})
        arm = "processor\t: 0\nFeatures\t: fp asimd sve\n\nHardware\t: Some Board\n"
        self.assertEqual(hardware.cpu_facts(arm), {"cpu": "Some Board", "physicalCores": None, "flags": ["asimd", "sve"]})

    def test_of_this_machine(self):
        run = self.complete(self.observed_python("pass", kinds=KIND))
        facts = self.facts(run, "hardware")
        self.assertEqual(facts["logicalCores"], os.cpu_count())
        self.assertIn(os.uname().release, facts["kernel"])
        if sys.platform.startswith("linux"):
            total = int(subprocess.check_output(["awk", "/MemTotal/ {print $2}", "/proc/meminfo"])) * 1024
            self.assertEqual(facts["memoryBytes"], total)


def _is_in_memory(path: str) -> bool:
    kind = subprocess.check_output(["stat", "-f", "-c", "%T", path]).decode()
    return kind.strip() in ("tmpfs", "ramfs", "overlayfs")


if __name__ == "__main__":
    unittest.main()
