"""A run in the foreground of a terminal: colours, questions, keys, sizes and job control as without us."""
import os
import signal
import subprocess
import sys
import termios
import time
import unittest

from players import Person, TerminalTest
from support import RUNNER, until


class Terminal(TerminalTest):
    def test_the_script_has_a_terminal_and_leads_it(self):
        run = self.python("import os; print([os.isatty(fd) for fd in (0, 1, 2)], os.tcgetpgrp(0) == os.getpgrp(),"
                          " os.get_terminal_size(), open('/dev/tty').isatty())")
        person = self.person(run, columns=132, rows=43)
        self.assertEqual(person.leaves(), 0)
        self.assertIn(b"[True, True, True] True os.terminal_size(columns=132, lines=43) True", person.screen)
        self.assertTrue(run.state["tty"])
        self.assertEqual(run.output, person.screen)

    def test_it_starts_with_the_users_settings(self):
        run = self.python("import termios; print('erase', termios.tcgetattr(0)[6][termios.VERASE])")
        person = self.person(self.python("import time; time.sleep(60)"))
        settings = person.settings_before
        settings[6][termios.VERASE] = b"\x08"
        other = Person(self, ["sh", "-c", 'stty erase ^H; exec "$@"', "sh", *RUNNER, run.dir])
        self.assertEqual(other.leaves(), 0)
        self.assertIn(b"erase b'\\x08'", other.screen)
        person.type(b"\x03")
        person.leaves()

    def test_a_question_is_answered(self):
        run = self.python("print('hello', input('name? '))")
        person = self.person(run)
        person.sees(b"name? ")
        person.type(b"Ada\r")
        self.assertEqual(person.leaves(), 0)
        self.assertEqual(person.screen, b"name? Ada\r\nhello Ada\r\n")

    def test_a_password_is_not_shown(self):
        run = self.python("import getpass; print(len(getpass.getpass('secret: ')))")
        person = self.person(run)
        person.sees(b"secret: ")
        person.type(b"hunter2\r")
        self.assertEqual(person.leaves(), 0)
        self.assertEqual(person.screen, b"secret: \r\n7\r\n")
        self.assertNotIn(b"hunter2", run.output)

    def test_ctrl_c_interrupts(self):
        run = self.python("import time\ntry: print('ready'); time.sleep(60)\nexcept KeyboardInterrupt: print('got it')")
        person = self.person(run)
        person.sees(b"ready")
        person.type(b"\x03")
        self.assertEqual(person.leaves(), 0)
        self.assertIn(b"^Cgot it", person.screen)

    def test_ctrl_c_ends_a_script_that_does_not_catch_it(self):
        run = self.python("import time; print('ready'); time.sleep(60)")
        person = self.person(run)
        person.sees(b"ready")
        person.type(b"\x03")
        self.assertEqual(person.leaves(), 130)
        self.assertEqual(run.state["signal"], "SIGINT")

    def test_ctrl_d_ends_the_input(self):
        run = self.python("import sys; print('ready', flush=True); print(repr(sys.stdin.read()))")
        person = self.person(run)
        person.sees(b"ready")
        person.type(b"one\r\x04")
        self.assertEqual(person.leaves(), 0)
        self.assertIn(b"'one\\n'", person.screen)

    def test_ctrl_backslash_quits(self):
        run = self.python("import time; print('ready'); time.sleep(60)")
        person = self.person(run)
        person.sees(b"ready")
        person.type(b"\x1c")
        self.assertEqual(person.leaves(), 131)
        self.assertEqual(run.state["signal"], "SIGQUIT")

    def test_the_size_follows_the_window(self):
        run = self.python("import os, signal, time\n"
                          "signal.signal(signal.SIGWINCH, lambda *_: os.write(1, b'now %a\\n' % (os.get_terminal_size(),)))\n"
                          "print('ready')\nwhile True: time.sleep(0.05)")
        person = self.person(run)
        person.sees(b"ready")
        person.resize(100, 50)
        person.sees(b"now os.terminal_size(columns=100, lines=50)")
        person.type(b"\x03")
        person.leaves()

    def test_a_full_screen_program_gets_single_keys(self):
        run = self.python("import tty, os; tty.setraw(0); print('raw\\r'); print(repr(os.read(0, 9)), end='\\r\\n')")
        person = self.person(run)
        person.sees(b"raw")
        person.type(b"\x1b[A")
        person.leaves()
        self.assertIn(b"b'\\x1b[A'", person.screen)

    def test_much_output_reaches_the_screen_and_the_log_alike(self):
        run = self.python("for i in range(60000): print('line', i)")
        person = self.person(run)
        self.assertEqual(person.leaves(), 0)
        self.assertEqual(person.screen, b"".join(b"line %d\r\n" % i for i in range(60000)))
        self.assertEqual(run.output, person.screen)

    def test_a_terminal_that_shows_nothing_more_holds_the_script_up(self):
        """As after Ctrl+S or with a stuck connection: nothing piles up in memory, and signals still work."""
        run = self.python("import os\nfor i in range(200): os.write(1, b'y' * 65536)")
        person = self.person(run)

        def log_size():
            return os.stat(run.path("output.log")).st_size if os.path.exists(run.path("output.log")) else 0
        until(lambda: log_size() > 4096)
        size = -1
        while size != log_size():
            size = log_size()
            time.sleep(0.2)
        self.assertLess(size, 1 << 20)
        person.process.send_signal(signal.SIGTERM)
        self.assertEqual(run.ended()["signal"], "SIGTERM")
        self.assertEqual(person.leaves(), 143)

    def test_a_script_that_lets_go_of_its_terminal_runs_on(self):
        run = self.python("import os, time\nnull = os.open(os.devnull, os.O_RDWR)\n"
                          "for fd in (0, 1, 2): os.dup2(null, fd)\n"
                          "while not os.path.exists('go'): time.sleep(0.01)\n"
                          "os.write(os.open('/dev/tty', os.O_RDWR), b'back again')")
        person = self.person(run)
        until(lambda: run.state and run.state["child"])
        until(lambda: os.readlink("/proc/%d/fd/1" % run.state["child"]["pid"]) == "/dev/null")
        self.file("go", "")
        self.assertEqual(person.leaves(), 0)
        self.assertIn(b"back again", run.output)


class Restored(TerminalTest):
    """Whatever happens, the shell gets its terminal back as it was."""

    def check(self, person):
        self.assertEqual(person.settings(), person.settings_before)

    def started(self, code="import time; print('ready'); time.sleep(60)"):
        run = self.python(code)
        person = self.person(run)
        person.sees(b"ready")
        until(lambda: person.is_raw, "raw mode")
        return run, person

    def test_at_the_end(self):
        run, person = self.started("print('ready'); input()")
        person.type(b"\r")
        person.leaves()
        self.check(person)

    def test_after_ctrl_c(self):
        _, person = self.started()
        person.type(b"\x03")
        person.leaves()
        self.check(person)

    def test_after_a_signal(self):
        for number in (signal.SIGTERM, signal.SIGHUP):
            run, person = self.started()
            person.process.send_signal(number)
            self.assertEqual(person.leaves(), 128 + number)
            self.assertEqual(run.state["signal"], signal.Signals(number).name)
            self.check(person)

    def test_after_the_script_was_killed(self):
        run, person = self.started()
        os.kill(run.state["child"]["pid"], signal.SIGKILL)
        self.assertEqual(person.leaves(), 137)
        self.check(person)

    def test_after_the_relay_was_killed(self):
        run, person = self.started()
        person.process.kill()
        until(lambda: not person.is_raw, "the keeper's help")
        self.check(person)
        self.assertEqual(run.ended()["signal"], "SIGHUP")

    def test_when_nothing_could_be_started(self):
        run = self.make(["/no/such/python"])
        person = self.person(run)
        self.assertEqual(person.leaves(), 125)
        self.check(person)
        self.assertIn(b"/no/such/python was not found", person.screen)


class MixedStreams(TerminalTest):
    """Only what is a terminal for the caller is one for the script."""

    probe = "import os, sys; os.write(1, b'out %r\\n' % [os.isatty(fd) for fd in (0, 1, 2)]); os.write(2, b'err\\n')"

    def test_stderr_into_a_file(self):
        run = self.python(self.probe.replace("%r", "%a"))
        with open(os.path.join(self.base, "err"), "wb") as err:
            person = self.person(run, stderr=err)
            self.assertEqual(person.leaves(), 0)
        self.assertEqual(person.screen, b"out [True, True, False]\r\n")
        with open(os.path.join(self.base, "err"), "rb") as err:
            self.assertEqual(err.read(), b"err\n")

    def test_input_from_a_pipe(self):
        run = self.python("import os, sys; print([os.isatty(fd) for fd in (0, 1, 2)], sys.stdin.buffer.read())")
        person = self.person(run, stdin=subprocess.PIPE)
        person.process.stdin.write(b"\x03\x04\x00 not keys")
        person.process.stdin.close()
        self.assertEqual(person.leaves(), 0)
        self.assertIn(b"[False, True, True] b'\\x03\\x04\\x00 not keys'", person.screen)

    def test_ctrl_c_with_input_from_a_pipe(self):
        run = self.python("import time, sys\ntry: print('ready'); time.sleep(60)\nexcept KeyboardInterrupt: sys.exit(4)")
        person = self.person(run, stdin=subprocess.PIPE)
        person.sees(b"ready")
        person.type(b"\x03")
        self.assertEqual(person.leaves(), 4)

    def test_a_pager_behind_the_script_keeps_the_keyboard(self):
        run = self.python("print('page'); import time; time.sleep(0.3)")
        pager = self.file("pager.py", "import sys\nfor line in sys.stdin: pass\n"
                          "print('pager ready', flush=True)\nprint('key', repr(open('/dev/tty').readline()))")
        person = Person(self, ["bash", "-c", '"${@:3}" | "$1" "$2"', "bash", sys.executable, pager, *RUNNER, run.dir])
        until(lambda: run.state and run.state["state"] == "running")
        self.assertFalse(person.is_raw)
        person.type(b"q\r")
        self.assertEqual(person.leaves(), 0)
        self.assertIn(b"key 'q\\n'", person.screen)

    def test_a_script_in_a_pipeline_can_still_ask(self):
        run = self.python("import sys; print('sure? ', end='', file=sys.stderr, flush=True); answer = sys.stdin.readline(); print(repr(answer))")
        person = Person(self, ["bash", "-c", '"$@" | cat', "bash", *RUNNER, run.dir])
        person.sees(b"sure? ")
        person.type(b"yes\r")
        self.assertEqual(person.leaves(), 0)
        self.assertIn(b"'yes\\n'", person.screen)
        self.assertEqual(person.settings(), person.settings_before)


if __name__ == "__main__":
    unittest.main()
