"""The observer's life: when it is there, that it is in nobody's way, and that nothing is left of it."""
import os
import shutil
import signal
import subprocess
import sys
import time
import unittest

from observing import PATIENT_SECONDS, WATCHED, ObserverTest, on_linux
from support import RUNS_ON, WAITS, is_running, read_journal, until


class Start(ObserverTest):
    def test_only_where_there_is_something_to_observe(self):
        for kinds, is_there in (((), False), (("code", "libraries", "figures"), False), (("system",), True),
                                (("data",), True), (("environment",), True), (("models",), True)):
            with self.subTest(kinds=kinds):
                run = self.observed_python("pass", kinds=kinds)
                self.assertEqual(self.finish(run)[0], 0)
                self.assertEqual(run.state["observer"] is not None, is_there)
                if is_there:
                    self.observer_ended(run)

    def test_a_script_that_cannot_start_leaves_no_observer_and_no_journal(self):
        run = self.observed([os.path.join(self.base, "nothing")])
        code, _, err = self.finish(run)
        self.assertEqual(code, 125)
        self.assertIn(b"was not found", err)
        self.assertEqual(run.journals(), [])

    def test_one_that_cannot_be_started_is_said_and_the_run_goes_on(self):
        parts = self.python_parts()
        with open(os.path.join(parts, "runner", "beside.py"), "a") as file:
            file.write("\n\ndef command(run_dir):\n    return ['/no/such/python', run_dir]\n")
        run = self.observed_python("print('fine')")
        process = subprocess.run([sys.executable, "-I", "-S", os.path.join(parts, "runner"), run.dir],
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual((process.returncode, process.stdout, process.stderr), (0, b"fine\n", b""))
        self.assertIsNone(run.state["observer"])
        self.assertIn("No such file", run.state["observer_error"])

    @on_linux
    def test_it_has_its_own_session_and_nothing_of_the_caller(self):
        reader, writer = os.pipe()
        os.set_inheritable(writer, True)
        run = self.observed_python(WAITS)
        process = self.start(run, pass_fds=(writer,))
        os.close(writer)
        pid = self.observer_of(run)
        until(lambda: os.readlink("/proc/%d/cwd" % pid) == "/", "its own folder")
        self.assertEqual(os.getsid(pid), pid)

        def foreign():
            """What it has open that is not its own."""
            own = ("/dev/null", "anon_inode:", run.dir, "/proc/")
            return [target for target in map(self.target, os.scandir("/proc/%d/fd" % pid)) if not target.startswith(own)]

        until(lambda: not foreign(), "nothing but its own to be open")  # for a moment it has what it imports
        self.project_file("go")
        self.assertEqual(process.wait(20), 0)
        self.assertEqual(os.read(reader, 1), b"")  # nobody holds the other end, whether or not the observer still works
        os.close(reader)
        self.observer_ended(run)

    @staticmethod
    def target(entry) -> str:
        try:
            return os.readlink(entry.path)
        except OSError:
            return "/proc/"  # closed in the meantime

    @on_linux
    def test_signals_that_the_caller_ignores_are_not_ignored_by_it(self):
        run = self.observed_python(WAITS)
        self.start(run, preexec_fn=lambda: signal.signal(signal.SIGTERM, signal.SIG_IGN))
        pid = self.observer_of(run)
        os.kill(pid, signal.SIGTERM)
        until(lambda: not is_running(pid), "its end")
        self.project_file("go")
        self.assertEqual(run.ended()["exit_code"], 0)


class End(ObserverTest):
    def test_every_work_has_its_end(self):
        run = self.complete(self.observed_python("print('short')"))
        self.assertEqual(self.done(run), {"environment": None, "models": None})

    def test_only_the_work_that_was_asked_for(self):
        run = self.complete(self.observed_python("pass", kinds=("system",)))
        self.assertEqual(self.done(run), {})
        self.assertEqual(self.facts(run, "packages"), {})
        self.assertEqual(self.facts(run, "lineage"), {})

    def test_it_outlives_the_runner(self):
        run = self.detach(self.observed_python(WAITS))
        pid = self.observer_of(run)
        run.output_has(b"ready")
        for role in ("runner", "keeper"):
            os.kill(run.state[role]["pid"], signal.SIGKILL)
        child = run.state["child"]["pid"]
        self.assertTrue(is_running(pid))
        self.project_file("go")
        until(lambda: not is_running(child), "the end of the script")
        self.observer_ended(run)
        self.assertEqual(self.done(run)["environment"], None)

    def test_a_stopped_run_ends_it_too(self):
        run = self.observed_python(RUNS_ON)
        process = self.start(run)
        run.output_has(b"ready")
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        self.observer_ended(run)
        self.assertIn("environment", self.done(run))

    def test_kill_harms_nothing_and_what_was_written_is_whole(self):
        for delay in (0.0, 0.05, 0.3, 1.2):
            with self.subTest(delay=delay):
                run = self.observed_python("import time; time.sleep(1.5); print('done')")
                process = self.start(run)
                pid = self.observer_of(run)
                time.sleep(delay)
                os.kill(pid, signal.SIGKILL)
                out, err = process.communicate(timeout=30)
                self.assertEqual((process.returncode, out, err), (0, b"done\n", b""))
                run.journals()  # fails where a record is torn
                self.assertFalse(os.path.exists("/proc/%d" % pid), "the keeper has not reaped it")

    @on_linux
    def test_what_is_left_in_the_background_is_waited_for_but_no_daemon(self):
        code = ("import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', %r], start_new_session=%r,\n"
                "    stdin=-3, stdout=-3, stderr=-3)\n")
        straggler = "import os, time\nwhile not os.path.exists('go'): time.sleep(0.02)\nopen('late.csv', 'w').write('x')"
        for is_daemon in (False, True):
            with self.subTest(is_daemon=is_daemon):
                # The process below is to be seen while its parent lives.
                seen = "import os, time; os.system(%r); time.sleep(1.5)" % WATCHED
                run = self.observed_python(code % (straggler, is_daemon) + seen)
                self.finish(run)
                until(lambda: "environment" in self.done(run), "the work after the script", PATIENT_SECONDS)
                pid = self.observer_of(run)
                if not is_daemon:
                    time.sleep(0.3)
                    self.assertTrue(is_running(pid))
                    self.assertEqual(self.files(run, "w"), {})
                    self.project_file("go")
                self.observer_ended(run)
                self.project_file("go")
                if not is_daemon:
                    self.assertIn("scan", self.files(run, "w")["late.csv"])
                    os.unlink(os.path.join(self.root, "late.csv"))
                until(lambda: os.path.exists(os.path.join(self.root, "late.csv")) or not is_daemon, "the daemon's end")
                os.unlink(os.path.join(self.root, "go"))

    def test_a_run_folder_that_is_deleted_ends_it(self):
        run = self.observed_python("import time; time.sleep(1)")
        process = self.start(run)
        pid = self.observer_of(run)
        shutil.rmtree(run.dir)
        process.wait(20)
        until(lambda: not is_running(pid), "its end", 30)
        self.runs.clear()


class BadLuck(ObserverTest):
    @on_linux
    def test_a_store_that_cannot_be_written_any_more(self):
        run = self.observed_python("import time; time.sleep(0.5); print('fine')")
        os.mkdir(run.path("journals"))
        target = os.path.join(self.base, "full")
        os.symlink("/proc/nothing", target)
        os.rmdir(run.path("journals"))
        os.symlink(target, run.path("journals"))
        code, out, err = self.finish(run)
        self.assertEqual((code, out), (0, b"fine\n"))
        self.observer_ended(run)

    def test_wrong_use(self):
        program = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
                               "python", "observer", "__main__.py")
        for arguments, code in (((), 2), (("/no/such/run",), 0)):
            done = subprocess.run([sys.executable, "-I", "-S", program, *arguments], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
            self.assertEqual((done.returncode, done.stdout), (code, b""))

    def test_the_journal_begins_as_every_journal(self):
        run = self.complete(self.observed_python("pass"))
        folder = run.path("journals")
        mine = [name for name in os.listdir(folder) if name.startswith("%d-" % run.state["observer"]["pid"])]
        records, torn = read_journal(os.path.join(folder, mine[0]))
        self.assertEqual((records[0][0], records[0][2]["main"], torn), ("open", False, 0))
        self.assertEqual({"pid": records[0][2]["pid"], "start": records[0][2]["start"]}, run.state["observer"])


if __name__ == "__main__":
    unittest.main()
