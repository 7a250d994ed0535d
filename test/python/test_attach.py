"""`runner attach`: a view of a run in a terminal, on which the run does not depend."""
import os
import signal
import subprocess
import unittest

from players import Person
from support import RUNNER, RUNS_ON, WAITS, RunnerTest, is_running, until

ATTACH = RUNNER + ["attach"]


class AttachCommand(RunnerTest):
    def attach(self, run, *options, **kwargs) -> Person:
        return Person(self, [*ATTACH, run.dir, *options], **kwargs)

    def test_it_shows_what_was_and_what_comes_and_leaves_with_the_code(self):
        run = self.detach(self.python("import sys\nprint('before')\nprint('hello', input('name? '))\nsys.exit(5)"))
        run.output_has(b"name? ")
        person = self.attach(run)
        person.sees(b"before\r\nname? ")
        person.type(b"Ada\r")
        self.assertEqual(person.leaves(), 5)
        self.assertTrue(person.screen.endswith(b"name? Ada\r\nhello Ada\r\n"), person.screen)
        self.assertEqual(person.settings(), person.settings_before)

    def test_only_the_end_of_a_long_output_is_shown_from_a_line_start(self):
        run = self.detach(self.python("for i in range(20000): print('line', i)\ninput()"))
        run.output_has(b"line 19999")
        person = self.attach(run)
        person.sees(b"line 19999\r\n")
        self.assertLess(len(person.screen), 70000)
        self.assertRegex(person.screen, rb"\Aline \d+\r\n")

    def test_the_scripts_terminal_takes_the_size_of_the_window(self):
        run = self.detach(self.python("import os\nwhile True: input(); print(os.get_terminal_size())"))
        person = self.attach(run, columns=111, rows=37)
        person.type(b"\r")
        person.sees(b"columns=111, lines=37")
        person.resize(90, 20)
        until(lambda: (person.type(b"\r"), b"columns=90, lines=20" in person.look(0.1))[1])

    def test_closing_the_window_leaves_the_run_alone(self):
        for how in ("window", "hangup", "kill"):
            run = self.detach(self.python(WAITS.replace("'go'", "'go-%s'" % how)))
            person = self.attach(run)
            person.sees(b"ready")
            if how == "window":
                person.close_window()
            else:
                person.process.send_signal(signal.SIGHUP if how == "hangup" else signal.SIGKILL)
            person.process.wait(20)
            if how == "hangup":
                self.assertEqual(person.settings(), person.settings_before)
            self.assertEqual(run.state["state"], "running")
            self.file("go-" + how, "")
            self.assertEqual(run.ended()["exit_code"], 0)

    def test_ctrl_c_goes_to_the_script(self):
        run = self.detach(self.python(RUNS_ON))
        person = self.attach(run)
        person.sees(b"ready")
        person.type(b"\x03")
        self.assertEqual(person.leaves(), 0)
        self.assertIn(b"interrupted", person.screen)

    def test_ctrl_z_does_not_strand_the_run(self):
        run = self.detach(self.python("import time\nfor i in range(10**6): print('tick', i); time.sleep(0.02)"))
        person = self.attach(run)
        person.sees(b"tick")
        person.type(b"\x1a")
        person.sees(b"^Z")
        shown = len(person.screen)
        until(lambda: b"tick" in person.look()[shown:], "further ticks")
        person.type(b"\x03")
        self.assertEqual(person.leaves(), 130)

    def test_detach_with_a_terminal_shows_the_run_at_once(self):
        run = self.python("import os; print(os.get_terminal_size()); raise SystemExit(6)")
        person = Person(self, [*RUNNER, run.dir, "--detach"], columns=101, rows=31)
        self.assertEqual(person.leaves(), 6)
        self.assertIn(b"columns=101, lines=31", person.screen)

    def test_a_run_that_is_over_is_told_about(self):
        run = self.python("print('the output'); raise SystemExit(3)")
        self.finish(run)
        result = subprocess.run([*ATTACH, run.dir], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual((result.returncode, result.stdout), (3, b"the output\n"))
        self.assertRegex(result.stderr, rb"\ARun failed with exit code 3 after \d+\.\ds\.\n\Z")

    def test_a_run_whose_runner_was_lost_is_told_about(self):
        run = self.detach(self.python("import time; print('ready'); time.sleep(60)"))
        run.output_has(b"ready")
        state = run.state
        for role in ("keeper", "child", "runner"):
            os.kill(state[role]["pid"], signal.SIGKILL)
        until(lambda: not is_running(state["runner"]["pid"]))
        result = subprocess.run([*ATTACH, run.dir], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=20)
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"was killed", result.stderr)

    def test_what_is_no_run_is_told_about(self):
        result = subprocess.run([*ATTACH, self.base], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"no run that has been started", result.stderr)

    def test_hold_waits_for_a_key_and_keeps_the_code(self):
        run = self.detach(self.python("input(); raise SystemExit(4)"))
        person = self.attach(run, "--hold")
        person.type(b"\r")
        person.sees(b"Press any key to close.")
        self.assertRegex(person.screen, rb"\x1b\[2mRun failed with exit code 4 after \d+\.\ds\. Press any key")
        self.assertIsNone(person.process.poll())
        person.type(b"q")
        self.assertEqual(person.leaves(), 4)
        self.assertEqual(person.settings(), person.settings_before)

    def test_a_paused_terminal_is_shown_the_latest_output_later(self):
        run = self.detach(self.python("import os\nopen('/dev/tty').readline()\n"
                                      "for i in range(400): os.write(1, (b'y' * 79 + b'\\n') * 800)\n"
                                      "print('the end'); input(); print('bye')"))
        person = self.attach(run)
        person.type(b"\r")
        run.output_has(b"the end")
        person.sees(b"the end")
        person.type(b"\r")
        self.assertEqual(person.leaves(), 0)
        self.assertIn(b"bye", person.screen)


if __name__ == "__main__":
    unittest.main()
