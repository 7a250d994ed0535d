"""Job control: Ctrl+Z, fg, bg, and what a closed window means, with an interactive bash as the user's shell."""
import os
import unittest

from players import Person, TerminalTest
from support import RUNNER, is_running, process_state, until


def terminal_group(pid: int) -> int:
    """The foreground process group of a process's terminal."""
    with open("/proc/%d/stat" % pid) as file:
        return int(file.read().rpartition(")")[2].split()[5])


def name_of(pid: int) -> str:
    with open("/proc/%d/comm" % pid) as file:
        return file.read().strip()


class JobControl(TerminalTest):
    """An interactive bash with the run as its job."""

    def shell(self) -> Person:
        env = dict(os.environ, PS1="$ ", HISTFILE="", TERM="dumb")
        person = Person(self, ["bash", "--norc", "--noprofile", "-i"], env=env)
        person.sees(b"$ ")
        return person

    def command(self, run) -> bytes:
        return b" ".join(os.fsencode(word) for word in [*RUNNER, run.dir])

    def prompt_after(self, person, text):
        person.sees(text)
        until(lambda: person.look().rstrip().endswith(b"$"), "the prompt")

    counter = "import time\ni = 0\nwhile True: print('tick', i); i += 1; time.sleep(0.1)"

    def test_ctrl_z_and_fg(self):
        run = self.python(self.counter)
        person = self.shell()
        person.type(self.command(run) + b"\r")
        person.sees(b"tick 3")
        person.type(b"\x1a")
        self.prompt_after(person, b"Stopped")
        child = run.state["child"]["pid"]
        self.assertEqual(process_state(child), "T")
        shown = len(person.screen)
        person.type(b"fg\r")
        until(lambda: b"tick" in person.look()[shown + 4:], "more ticks")
        self.assertNotEqual(process_state(child), "T")
        person.type(b"\x03")
        self.prompt_after(person, b"KeyboardInterrupt")
        person.type(b"echo code $?\r")
        person.sees(b"code 130")
        person.type(b"exit\r")
        person.leaves()

    def test_ctrl_z_and_bg(self):
        run = self.python(self.counter)
        person = self.shell()
        person.type(self.command(run) + b"\r")
        person.sees(b"tick 3")
        person.type(b"\x1a")
        self.prompt_after(person, b"Stopped")
        shown = len(person.screen)
        person.type(b"bg\r")
        until(lambda: b"tick" in person.look()[shown:], "ticks in the background")
        person.type(b"kill %1; wait; echo over\r")
        person.sees(b"over")
        self.assertEqual(run.ended()["signal"], "SIGTERM")
        person.type(b"exit\r")
        person.leaves()

    def test_a_background_job_runs_and_stops_when_it_wants_to_read(self):
        run = self.python("print('working'); print('got', input())")
        person = self.shell()
        person.type(self.command(run) + b" &\r")
        person.sees(b"working")
        until(lambda: process_state(run.state["runner"]["pid"]) == "T", "the stop")
        self.assertEqual(process_state(run.state["child"]["pid"]), "T")
        person.type(b"\r")
        person.sees(b"Stopped")
        shown = len(person.screen)
        person.type(b"fg\r")
        until(lambda: person.look().count(RUNNER[-1].encode()) > 1 and len(person.screen) > shown)
        until(lambda: process_state(run.state["child"]["pid"]) != "T")
        person.type(b"hello\r")
        person.sees(b"got hello")
        self.prompt_after(person, b"got hello")
        person.type(b"exit\r")
        person.leaves()

    def test_a_background_process_of_the_script_survives_its_end(self):
        run = self.python("import subprocess\n"
                          "subprocess.Popen(['sh', '-c', 'while [ ! -e go ]; do sleep 0.02; done; echo alive'])\n"
                          "print('script ends')")
        person = self.person(run)
        self.assertEqual(person.leaves(), 0)
        self.assertIn(b"script ends", person.screen)
        self.file("go", "")
        run.output_has(b"alive")
        until(lambda: not is_running(run.state["keeper"]["pid"]), "the end of the keeper")

    def test_closing_the_window_hangs_the_script_up(self):
        run = self.python("import time; print('ready'); time.sleep(60)")
        person = self.person(run)
        person.sees(b"ready")
        person.close_window()
        self.assertEqual(run.ended()["signal"], "SIGHUP")

    def test_a_script_that_ignores_the_hangup_goes_on(self):
        run = self.python("import signal, time, os\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)\nprint('ready')\n"
                          "while not os.path.exists('go'): time.sleep(0.01)\nprint('still here')")
        person = self.person(run)
        person.sees(b"ready")
        person.close_window()
        self.file("go", "")
        self.assertEqual(run.ended()["exit_code"], 0)
        run.output_has(b"still here")

    def test_an_interactive_shell_as_the_child_has_job_control(self):
        run = self.make(["bash", "--norc", "--noprofile", "-i"], env={"PS1": "% ", "TERM": "dumb"})
        person = self.person(run)
        person.sees(b"% ")
        shell = until(lambda: run.state["child"])["pid"]
        person.type(b"sleep 60\r")
        until(lambda: name_of(terminal_group(shell)) == "sleep", "a job in the foreground")
        person.type(b"\x1a")
        person.sees(b"Stopped")
        person.type(b"kill -9 %1\rexit 3\rexit 3\r")  # once more, should bash object that a job is stopped
        self.assertEqual(person.leaves(), 3)


if __name__ == "__main__":
    unittest.main()
