"""What can't be started, full disks, and killed processes: the truth is on record, and the script comes first."""
import os
import random
import signal
import subprocess
import sys
import unittest

from players import Wire
from support import RUNNER, RunnerTest, is_running, until

IS_ROOT_ON_LINUX = sys.platform == "linux" and os.geteuid() == 0


class CannotStart(RunnerTest):
    def check(self, run, *words):
        code, out, err = self.finish(run)
        self.assertEqual((code, out), (125, b""))
        self.assertEqual(err.count(b"\n"), 1, err)
        for word in words:
            self.assertIn(word, err.decode())
        state = run.state
        self.assertEqual((state["state"], state["child"], state["exit_code"]), ("failed_to_start", None, None))
        self.assertIn(state["error"], err.decode())

    def test_no_such_interpreter(self):
        self.check(self.make(["/no/such/python", "x.py"]), "/no/such/python was not found")

    def test_no_such_command_on_the_path(self):
        self.check(self.make(["no-such-command-anywhere"]), "no-such-command-anywhere was not found")

    def test_not_executable(self):
        path = self.file("plain.sh", "#!/bin/sh\n")
        self.check(self.make([path]), "not executable", "chmod")

    def test_a_folder(self):
        self.check(self.make([self.base]), "not executable")

    def test_bad_first_line(self):
        path = self.file("bad.sh", "#!/no/such/shell -x\n")
        os.chmod(path, 0o755)
        self.check(self.make([path]), "`/no/such/shell -x`", "first line")

    def test_no_first_line(self):
        path = self.file("noline", "echo hello\n")
        os.chmod(path, 0o755)
        self.check(self.make([path]), "#!/bin/sh")

    def test_the_working_folder_is_gone(self):
        self.check(self.make(["true"], cwd=os.path.join(self.base, "gone")), "working folder", "gone", "No such file")

    def test_a_relative_path_is_one_from_the_working_folder(self):
        self.check(self.make(["./here.py"]), "./here.py was not found")

    def test_a_command_line_that_is_too_long(self):
        self.check(self.make(["true", "x" * 3_000_000]), "too long")

    def test_a_nul_byte(self):
        self.check(self.make(["true", "a\0b"]), "null")


class RefusedBeforeTheStart(RunnerTest):
    def check(self, path, *words, env=None):
        result = subprocess.run([*RUNNER, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                stdin=subprocess.DEVNULL, timeout=20)
        self.assertEqual((result.returncode, result.stdout), (125, b""))
        self.assertEqual(result.stderr.count(b"\n"), 1, result.stderr)
        for word in words:
            self.assertIn(word, result.stderr.decode())

    def test_no_run_folder(self):
        self.check(os.path.join(self.base, "nothing"), "spec.json cannot be read")

    def test_broken_spec(self):
        for content, word in ((b"{", "not valid JSON"), (b"[]", "object"), (b"{}", "run_id"),
                              (b'{"run_id": "x", "argv": [], "cwd": "/"}', "argv"),
                              (b'{"run_id": "x", "argv": ["a"], "cwd": "/", "env": {"A=B": "c"}}', "A=B")):
            self.file("run/spec.json", content)
            self.check(os.path.join(self.base, "run"), word)

    def test_a_run_starts_once(self):
        run = self.python("print('once')")
        self.assertEqual(self.finish(run)[0], 0)
        state = run.state
        self.check(run.dir, "started before")
        self.assertEqual(run.state, state)

    def test_wrong_use_is_two(self):
        for arguments in ([], ["--nonsense", "x"], ["attach"]):
            result = subprocess.run([*RUNNER, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.assertEqual(result.returncode, 2)

    @unittest.skipUnless(IS_ROOT_ON_LINUX, "mounting a file system takes root on Linux")
    def test_a_read_only_file_system(self):
        run = self.python("print('never')")
        subprocess.run(["mount", "--bind", run.dir, run.dir], check=True)
        self.addCleanup(subprocess.run, ["umount", run.dir], check=True)
        subprocess.run(["mount", "-o", "remount,ro,bind", run.dir], check=True)
        self.check(run.dir, "cannot be written", "Read-only file system")

    @unittest.skipUnless(IS_ROOT_ON_LINUX, "becoming another user takes root")
    def test_a_folder_of_somebody_else(self):
        run = self.python("print('never')")
        os.chmod(self.base, 0o755)
        os.chmod(run.dir, 0o555)
        copy = os.path.join(self.base, "runner")
        subprocess.run(["cp", "-r", RUNNER[-1], copy], check=True)
        result = subprocess.run(["/usr/bin/python3", "-I", "-S", copy, run.dir], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=lambda: os.setuid(65534))
        self.assertEqual(result.returncode, 125)
        self.assertIn(b"Permission denied", result.stderr)


@unittest.skipUnless(IS_ROOT_ON_LINUX, "a disk that is really full is mounted, which takes root on Linux")
class FullDisk(RunnerTest):
    def setUp(self):
        super().setUp()
        self.disk = os.path.join(self.base, "runs")
        os.mkdir(self.disk)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", self.disk], check=True)
        self.addCleanup(lambda: until(self.unmount, "unmounting"))

    def unmount(self):
        return subprocess.run(["umount", self.disk], stderr=subprocess.DEVNULL).returncode == 0

    def fill(self):
        with open(os.path.join(self.disk, "filler"), "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 512)
            except OSError:
                pass

    def test_full_before_the_start(self):
        run = self.python("print('never')")
        self.fill()
        code, out, err = self.finish(run)
        self.assertEqual((code, out), (125, b""))
        self.assertIn(b"No space left on device", err)
        self.assertIsNone(run.state)
        os.unlink(os.path.join(self.disk, "filler"))
        self.assertEqual(self.finish(run)[:2], (0, b"never\n"))  # nothing was left that would forbid another try

    def test_full_in_the_middle_of_the_output(self):
        run = self.python("import sys\nfor i in range(100): sys.stdout.write('y' * 9999 + '\\n')\nsys.exit(3)")
        code, out, err = self.finish(run)
        self.assertEqual((code, len(out), err), (3, 1_000_000, b""))
        state = run.state
        self.assertEqual((state["state"], state["exit_code"]), ("exited", 3))
        self.assertEqual(state["output_lost"], "No space left on device")
        self.assertGreater(len(run.output), 50_000)
        self.assertEqual(run.output, out[:len(run.output)])

    def test_the_log_goes_on_when_there_is_room_again(self):
        run = self.python("import os, sys, time\nsys.stdout.write('y' * 1000000)\nprint('full', flush=True)\n"
                          "while not os.path.exists('go'): time.sleep(0.01)\ntime.sleep(1.1)\nprint('room again')")
        process = self.start(run)
        out = b""
        while not out.endswith(b"full\n"):
            out += os.read(process.stdout.fileno(), 65536)
        until(lambda: run.state["output_lost"])
        os.truncate(run.path("output.log"), 100)
        self.file("go", "")
        out += process.communicate(timeout=20)[0]
        self.assertTrue(out.endswith(b"full\nroom again\n"))
        self.assertRegex(run.output, rb"\n\[loopwright: \d+ bytes of output are missing here: No space left on device\]"
                                     rb"\nroom again\n\Z")

    def test_the_hook_gives_up_and_the_script_does_not(self):
        run = self.python("import loopwright\nfor i in range(20000): loopwright.log(loss=float(i), step=i)\n"
                          "import os; loopwright.artifact(__file__)\nprint('trained')")
        code, out, err = self.finish(run)
        self.assertEqual((code, out), (0, b"trained\n"))
        self.assertEqual(err.count(b"\n"), 1)
        self.assertIn(b"No space left on device", err.replace(b"is the disk full?", b"No space left on device"))
        from support import read_journal

        name, = os.listdir(run.path("journals"))
        records, torn = read_journal(os.path.join(run.path("journals"), name))
        steps = [record[2] for record in records if record[0] == "metric"]
        self.assertEqual(steps, list(range(len(steps))))
        self.assertGreater(len(steps), 500)
        self.assertEqual(run.state["exit_code"], 0)

    def test_nothing_of_the_hook_follows_a_record_that_was_cut_short(self):
        self.fill()
        os.truncate(os.path.join(self.disk, "filler"), 150_000)
        run = self.python("import os, loopwright\nfor i in range(20000): loopwright.log(loss=float(i), step=i)\n"
                          "os.unlink(%r)\nfor i in range(20000, 20100): loopwright.log(loss=float(i), step=i)"
                          % os.path.join(self.disk, "filler"))
        self.assertEqual(self.finish(run)[0], 0)
        from support import read_journal

        name, = os.listdir(run.path("journals"))
        records, torn = read_journal(os.path.join(run.path("journals"), name))
        self.assertGreater(len(records), 100)
        self.assertLess(torn, 80, "the beginning of one record")


class Killed(RunnerTest):
    def started(self, code="import time; print('ready'); time.sleep(60)"):
        run = self.detach(self.python(code))
        run.output_has(b"ready\r\n")
        return run, run.state

    def test_the_script(self):
        run, state = self.started()
        os.kill(state["child"]["pid"], signal.SIGKILL)
        self.assertEqual(run.ended()["signal"], "SIGKILL")
        self.assertFalse(run.state["stop_requested"])

    def test_the_relay_of_a_detached_run(self):
        run, state = self.started()
        os.kill(state["runner"]["pid"], signal.SIGKILL)
        final = run.ended()
        self.assertEqual((final["signal"], final["exit_code"]), ("SIGHUP", None))

    def test_the_relay_of_a_detached_run_that_minds_nothing(self):
        run, state = self.started("import signal, os, time\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
                                  "print('ready')\nwhile not os.path.exists('go'): time.sleep(0.01)\nos._exit(7)")
        os.kill(state["runner"]["pid"], signal.SIGKILL)
        self.file("go", "")
        self.assertEqual(run.ended()["exit_code"], 7)

    def test_the_relay_of_a_run_on_pipes(self):
        run = self.python("import os, time\nprint('ready', flush=True)\n"
                          "while not os.path.exists('go'): time.sleep(0.01)\nos._exit(8)")
        process = self.start(run)
        process.stdout.readline()
        process.kill()
        process.wait()
        self.file("go", "")
        self.assertEqual(run.ended()["exit_code"], 8)

    def test_the_keeper(self):
        run, state = self.started()
        client = Wire(run)
        client.attach()
        client.output_until(b"ready")
        os.kill(state["keeper"]["pid"], signal.SIGKILL)
        kind, payload = client.receive()
        while kind == b"o":
            kind, payload = client.receive()
        self.assertEqual(kind, b"e")
        self.assertIn(b"was killed", payload)
        client.close()
        until(lambda: not is_running(state["runner"]["pid"]), "the end of the relay")
        self.assertEqual(run.state["state"], "running")  # with dead processes, which is the truth
        self.assertFalse(is_running(state["keeper"]["pid"]))

    def test_the_keeper_of_a_run_on_pipes(self):
        run = self.python("import os, time\nprint('ready', flush=True)\n"
                          "while not os.path.exists('go'): time.sleep(0.01)\nprint('end')")
        process = self.start(run)
        process.stdout.readline()
        until(lambda: run.state["state"] == "running")
        os.kill(run.state["keeper"]["pid"], signal.SIGKILL)
        self.file("go", "")
        out, err = process.communicate(timeout=20)
        self.assertEqual((process.returncode, out), (125, b"end\n"))
        self.assertIn(b"How the script ended is unknown", err)

    def test_anything_at_any_moment(self):
        """Whatever dies whenever: runner.json is whole, and says `exited` only with a code or a signal."""
        dice = random.Random(4)
        for _ in range(8):
            run = self.python("import loopwright\nfor i in range(3000): print(i); loopwright.log(i=i, step=i)")
            process = self.start(run, stdout=subprocess.DEVNULL)
            until(lambda: run.state and run.state["keeper"])
            role = dice.choice(["runner", "keeper", "child"])
            if dice.random() < 0.7:
                until(lambda: os.path.exists(run.path("output.log"))
                      and os.stat(run.path("output.log")).st_size > dice.random() * 12000 or run.state["ended_ms"])
            victim = run.state[role]
            if victim:
                try:
                    os.kill(victim["pid"], signal.SIGKILL)
                except ProcessLookupError:
                    pass
            process.communicate(timeout=20)
            state = run.state
            if role != "keeper":
                state = run.ended()
            if state["state"] == "exited":
                self.assertNotEqual(state["exit_code"] is None, state["signal"] is None)
            else:
                until(lambda: not is_running(run.state["child"]["pid"]) if run.state["child"] else True)
            for records in run.journals() if role != "child" else []:
                steps = [record[2] for record in records if record[0] == "metric"]
                self.assertEqual(steps, list(range(len(steps))))


if __name__ == "__main__":
    unittest.main()
