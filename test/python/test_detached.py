"""Detached runs: they depend on nobody, and anybody with the token can look in, type, and stop them."""
import os
import signal
import socket
import struct
import subprocess
import sys
import unittest

from support import RUNNER, RUNNER_DIR, Person, RunnerTest, Wire, is_running, process_state, until

ATTACH = RUNNER + ["attach"]
WAITS = "import os, time\nprint('ready')\nwhile not os.path.exists('go'): time.sleep(0.01)\nprint('done')"
RUNS_ON = "import time\ntry: print('ready'); time.sleep(60)\nexcept KeyboardInterrupt: print('interrupted')"


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


class Protocol(RunnerTest):
    def test_both_sides_prove_the_token(self):
        run = self.detach(self.python(WAITS))
        client = Wire(run)
        self.assertTrue(client.runner_is_genuine)
        client.attach()
        client.output_until(b"ready\r\n")
        self.file("go", "")
        output, state = client.until_ended()
        self.assertEqual(output, b"done\r\n")
        self.assertEqual(state, run.state)
        self.assertEqual(client.receive(), (b"", b""))
        client.close()

    def test_a_wrong_token_ends_the_connection(self):
        run = self.detach(self.python(WAITS))
        client = Wire(run, token=b"0" * 64)
        self.assertFalse(client.runner_is_genuine)
        self.assertEqual(client.receive(), (b"", b""))
        client.close()

    def test_nothing_is_done_for_a_stranger(self):
        run = self.detach(self.python(WAITS))
        for frame in (b"s" + struct.pack("<I", 7) + b"SIGKILL", b"i" + struct.pack("<I", 1) + b"x",
                      b"h" + struct.pack("<I", 1) + b"x", b"h" + struct.pack("<I", 0xFFFFFFFF), b"GET / HTTP/1.1\r\n"):
            with socket.socket(socket.AF_UNIX) as stranger:
                stranger.settimeout(20)
                stranger.connect(run.socket)
                stranger.sendall(frame)
                stranger.shutdown(socket.SHUT_WR)
                self.assertEqual(stranger.recv(99), b"", frame)
        self.assertEqual(run.state["state"], "running")

    def test_many_strangers_do_not_stop_the_run(self):
        run = self.detach(self.python(WAITS))
        strangers = []
        for _ in range(40):
            strangers.append(socket.socket(socket.AF_UNIX))
            strangers[-1].connect(run.socket)
        for stranger in strangers:
            stranger.close()
        client = until(lambda: self.try_connect(run))
        client.attach()
        client.output_until(b"ready")
        client.close()

    def try_connect(self, run):
        try:
            return Wire(run)
        except (AssertionError, OSError):
            return None

    def test_attach_detach_attach(self):
        run = self.detach(self.python("while True: print('answer', input())"))
        for text in (b"one", b"two", b"three"):
            client = Wire(run)
            client.attach()
            client.send(b"i", text + b"\r")
            client.output_until(b"answer " + text + b"\r\n")
            client.close()
        client = Wire(run)
        client.attach(tail=1 << 20)
        self.assertEqual(client.output_until(b"three\r\nanswer three\r\n"), run.output)
        client.close()

    def test_the_tail_is_as_long_as_asked_for(self):
        run = self.detach(self.python("print('0123456789'); input()"))
        run.output_has(b"0123456789\r\n")
        client = Wire(run)
        client.attach(tail=5)
        self.assertEqual(client.receive(), (b"o", b"789\r\n"))
        client.close()

    def test_several_clients_see_the_same(self):
        run = self.detach(self.python("input(); print('x' * 100000); input()"))
        clients = [Wire(run) for _ in range(5)]
        for client in clients:
            client.attach()
        clients[0].send(b"i", b"\r")
        for client in clients:
            self.assertEqual(client.output_until(b"x\r\n").count(b"x"), 100000)
            client.close()

    def test_the_size_follows_the_client(self):
        run = self.detach(self.python("import os, signal\n"
                                      "signal.signal(signal.SIGWINCH, lambda *_: print(os.get_terminal_size()))\n"
                                      "print('ready')\nwhile True: signal.pause()"))
        client = Wire(run)
        client.attach()
        client.output_until(b"ready")
        client.send(b"r", {"cols": 99, "rows": 33})
        client.output_until(b"columns=99, lines=33")
        client.close()

    def test_signals_by_name(self):
        run = self.detach(self.python("import signal\nsignal.signal(signal.SIGUSR1, lambda *_: print('usr1'))\n"
                                      "print('ready')\nwhile True: signal.pause()"))
        client = Wire(run)
        client.attach()
        client.output_until(b"ready")
        client.send(b"s", b"SIGUSR1")
        client.output_until(b"usr1")
        self.assertFalse(run.state["stop_requested"])
        client.send(b"s", b"SIGNONSENSE")
        self.assertEqual(client.receive()[0], b"e")
        client.send(b"s", b"SIGKILL")
        _, state = client.until_ended()
        self.assertEqual((state["signal"], state["stop_requested"]), ("SIGKILL", True))
        client.close()

    def test_a_run_can_be_paused(self):
        run = self.detach(self.python(WAITS))
        client = Wire(run)
        client.send(b"s", b"SIGSTOP")
        child = run.state["child"]["pid"]
        until(lambda: process_state(child) == "T", "the pause")
        client.send(b"s", b"SIGCONT")
        until(lambda: process_state(child) != "T", "the end of the pause")
        client.close()

    def test_input_to_a_run_without_a_terminal_is_refused_with_words(self):
        run = self.python(WAITS)
        process = self.start(run)
        until(lambda: os.path.exists(run.socket))
        client = until(lambda: self.try_connect(run))
        client.attach()
        client.send(b"i", b"x")
        kinds = [client.receive()[0]]
        while kinds[-1] == b"o":
            kinds.append(client.receive()[0])
        self.assertEqual(kinds[-1], b"e")
        self.file("go", "")
        process.communicate(timeout=20)
        client.close()

    def test_a_slow_client_is_dropped_and_the_run_goes_on(self):
        run = self.detach(self.python("import os\nopen('/dev/tty').readline()\n"
                                      "for i in range(16 << 4): os.write(1, b'y' * 65536)\nprint('end')"))
        slow = Wire(run)
        slow.attach()
        quick = Wire(run)
        quick.send(b"i", b"\r")
        state = run.ended()
        self.assertEqual(state["exit_code"], 0)
        run.output_has(b"end\r\n")
        self.assertEqual(run.output.count(b"y"), 16 << 20)
        received = 0
        while True:
            kind, payload = slow.receive()
            if kind != b"o":
                break
            received += len(payload)
        self.assertEqual(kind, b"")  # not `x`: it was dropped before the end
        self.assertLess(received, 10 << 20)
        slow.close()
        quick.close()

    def test_input_that_nobody_reads_does_not_pile_up(self):
        run = self.detach(self.python("import time, tty; tty.setraw(0); print('ready'); time.sleep(60)"))
        client = Wire(run)
        client.attach()
        client.output_until(b"ready")
        kind = b""
        client.socket.settimeout(0.01)
        for _ in range(200):
            client.send(b"i", b"z" * 60000)
            try:
                kind, _ = client.receive()
            except socket.timeout:
                continue
            if kind == b"e":
                break
        self.assertEqual(kind, b"e")
        client.close()


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
                          "signal.signal(signal.SIGINT, seen)\nprint('ready')\nwhile True: signal.pause()")
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
        run = self.python("import signal, time\nstart = time.monotonic()\n"
                          "for s in (signal.SIGINT, signal.SIGTERM):\n"
                          "    signal.signal(s, lambda n, _: print('%d:%.1f' % (n, time.monotonic()), flush=True))\n"
                          "print('ready')\nwhile True: signal.pause()")
        subprocess.run([sys.executable, "-I", "-S", quick, run.dir], check=True)
        client = self.stop(run)
        output, state = client.until_ended()
        times = dict(line.split(b":") for line in output.split())
        self.assertEqual(list(times), [b"2", b"15"])
        self.assertAlmostEqual(float(times[b"15"]) - float(times[b"2"]), 0.2, delta=0.15)
        self.assertEqual((state["signal"], state["stop_requested"]), ("SIGKILL", True))
        client.close()


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
