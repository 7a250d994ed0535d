"""Detached runs: they depend on nobody, and are stopped as documented."""
import os
import signal
import subprocess
import sys
import unittest

from players import Person, Wire
from support import RUNNER, RUNNER_DIR, RUNS_ON, WAITS, RunnerTest, is_running, until

# A handler that prints must not interrupt a print, which Python refuses.
READY = "os.write(1, b'ready\\n')"


class Detached(RunnerTest):
    def test_it_returns_when_the_script_runs(self):
        run = self.detach(self.python(WAITS))
        self.assertEqual(run.state["state"], "running")
        self.file("go", "")
        self.assertEqual(run.ended()["exit_code"], 0)

    def test_the_script_has_a_terminal_of_the_usual_size(self):
        run = self.detach(self.python("import os; print([os.isatty(fd) for fd in (0, 1, 2)], os.get_terminal_size())"))
        run.ended()
        run.output_has(b"[True, True, True] os.terminal_size(columns=80, lines=24)\r\n")

    def test_it_holds_nothing_of_its_caller(self):
        reader, writer = os.pipe()
        run = self.python(WAITS)
        process = self.start(run, "--detach", stdout=writer, stderr=writer, pass_fds=[writer], start_new_session=True)
        os.close(writer)
        process.wait(20)
        self.assertEqual(os.read(reader, 1), b"")  # end of file: nobody has the pipe any more
        os.close(reader)
        self.assertEqual(run.state["state"], "running")
        sessions = {os.getsid(run.state[role]["pid"]) for role in ("runner", "keeper", "child")}
        self.assertNotIn(process.pid, sessions)

    def test_the_death_of_the_callers_session_does_not_matter(self):
        run = self.python(WAITS)
        person = Person(self, ["sh", "-c", '"$@" --detach; read forever', "sh", *RUNNER, run.dir])
        person.sees(b"ready")
        os.killpg(person.process.pid, signal.SIGHUP)
        person.close_window()
        person.process.wait(20)
        self.assertEqual(run.state["state"], "running")
        self.file("go", "")
        self.assertEqual(run.ended()["exit_code"], 0)

    def test_a_failed_start_is_told_at_once(self):
        run = self.make(["/no/such/python"])
        code, out, err = self.finish(run, "--detach")
        self.assertEqual((code, out), (125, b""))
        self.assertIn(b"/no/such/python was not found", err)
        self.assertEqual(run.state["state"], "failed_to_start")

    def test_the_runners_processes_end_with_the_run(self):
        run = self.detach(self.python("pass"))
        state = run.ended()
        for role in ("runner", "keeper", "child"):
            until(lambda: not is_running(state[role]["pid"]), "the end of the " + role)
        self.assertFalse(os.path.exists(run.socket))

    def test_a_stopped_script_is_continued(self):
        run = self.detach(self.python("import os, signal\nos.kill(os.getpid(), signal.SIGTSTP)\nprint('went on')"))
        self.assertEqual(run.ended()["exit_code"], 0)
        run.output_has(b"went on")

    def test_without_a_socket_it_runs_all_the_same(self):
        run = self.detach(self.python("print('fine')", socket=None))
        self.assertEqual(run.ended()["exit_code"], 0)

    def test_why_nobody_can_attach_is_recorded(self):
        run = self.detach(self.python(WAITS, socket=os.path.join(self.base, "x" * 200)))
        until(lambda: run.state["socket_error"])
        self.assertIn("too long", run.state["socket_error"])

    def test_a_daemon_with_the_terminal_still_open_is_carried_on(self):
        run = self.detach(self.python(
            "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
            "        while not os.path.exists('go'): time.sleep(0.01)\n        print('late', flush=True)\n"
            "    os._exit(0)\nos.wait()\nprint('ends')"))
        state = run.ended()
        self.assertEqual(state["exit_code"], 0)
        self.file("go", "")
        run.output_has(b"late")
        until(lambda: not is_running(state["runner"]["pid"]), "the end of the runner")


class Stop(RunnerTest):
    def stop(self, run):
        client = Wire(run)
        client.attach()
        client.output_until(b"ready")
        client.send(b"s", b"stop")
        return client

    def test_stop_interrupts_first(self):
        run = self.detach(self.python(RUNS_ON))
        client = self.stop(run)
        output, state = client.until_ended()
        self.assertIn(b"interrupted", output)
        self.assertEqual((state["exit_code"], state["stop_requested"]), (0, True))
        client.close()

    def test_a_paused_script_hears_it_too(self):
        run = self.detach(self.python(RUNS_ON))
        run.output_has(b"ready")
        os.kill(run.state["child"]["pid"], signal.SIGSTOP)
        client = self.stop(run)
        self.assertEqual(client.until_ended()[1]["exit_code"], 0)
        client.close()

    def test_the_wish_is_recorded_before_the_first_signal(self):
        run = self.python("import json, os, signal\n"
                          "def seen(*_):\n    path = os.environ['LOOPWRIGHT_RUN_DIR'] + '/runner.json'\n"
                          "    print('requested', json.load(open(path))['stop_requested']); raise SystemExit\n"
                          "signal.signal(signal.SIGINT, seen)\n%s\nwhile True: signal.pause()" % READY)
        client = self.stop(self.detach(run))
        self.assertIn(b"requested True", client.until_ended()[0])
        client.close()

    def test_it_reaches_the_scripts_group(self):
        run = self.detach(self.python("import subprocess, sys\n"
                                      "subprocess.call([sys.executable, '-c', 'import time\\ntry: print(\"ready\", "
                                      "flush=True); time.sleep(60)\\nexcept KeyboardInterrupt: print(\"helper too\")'])"))
        client = self.stop(run)
        self.assertIn(b"helper too", client.until_ended()[0])
        client.close()

    def test_then_it_terminates_then_it_kills(self):
        """The documented schedule, in a hundredth of the time."""
        sys.path.insert(0, RUNNER_DIR)
        import keeper

        self.assertEqual(keeper.STOP_SCHEDULE, ((0.0, signal.SIGINT), (10.0, signal.SIGTERM), (15.0, signal.SIGKILL)))
        quick = self.file("quick.py", "import sys\nsys.path.insert(0, %r)\nimport keeper, run\n"
                          "keeper.STOP_SCHEDULE = tuple((s / 50, n) for s, n in keeper.STOP_SCHEDULE)\n"
                          "run.start_detached(sys.argv[1])" % RUNNER_DIR)
        run = self.python("import os, signal, time\n"
                          "for s in (signal.SIGINT, signal.SIGTERM):\n"
                          "    signal.signal(s, lambda n, _: print('%d:%.1f' % (n, time.monotonic()), flush=True))\n" +
                          READY + "\nwhile True: signal.pause()")
        subprocess.run([sys.executable, "-I", "-S", quick, run.dir], check=True)
        client = self.stop(run)
        output, state = client.until_ended()
        times = dict(line.split(b":") for line in output.split())
        self.assertEqual(list(times), [b"2", b"15"])
        self.assertAlmostEqual(float(times[b"15"]) - float(times[b"2"]), 0.2, delta=0.15)
        self.assertEqual((state["signal"], state["stop_requested"]), ("SIGKILL", True))
        client.close()


if __name__ == "__main__":
    unittest.main()
