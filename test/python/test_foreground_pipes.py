"""A run in the foreground without a terminal: for pipelines, cron and CI it must be as if it were not there."""
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from support import RUNNER, RunnerTest, is_running, until


class Streams(RunnerTest):
    def test_each_stream_arrives_where_it_was_sent(self):
        run = self.python("import sys; print('to out'); print('to err', file=sys.stderr)")
        self.assertEqual(self.finish(run), (0, b"to out\n", b"to err\n"))

    def test_the_log_has_both_streams(self):
        run = self.python("import sys; print('to out', flush=True); print('to err', file=sys.stderr)")
        self.finish(run)
        self.assertEqual(sorted(run.output.splitlines()), [b"to err", b"to out"])

    def test_a_shared_stream_keeps_its_order(self):
        run = self.python("import os\nfor i in range(2000): os.write(1 + i % 2, b'%d\\n' % i)")
        expected = b"".join(b"%d\n" % i for i in range(2000))
        code, out, _ = self.finish(run, stderr=subprocess.STDOUT)
        self.assertEqual(out, expected)
        self.assertEqual(run.output, expected)

    def test_binary_input_arrives_to_the_byte(self):
        data = os.urandom(3_000_000)
        run = self.python("import sys, hashlib; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())")
        self.assertEqual(self.finish(run, input=data)[1].decode().strip(), hashlib.sha256(data).hexdigest())

    def test_stdin_is_the_callers_own_file(self):
        run = self.python("import os; print(os.lseek(0, 0, os.SEEK_CUR), os.fstat(0).st_size, os.read(0, 99))")
        with tempfile.TemporaryFile() as file:
            file.write(b"0123456789")
            file.seek(4)
            self.assertEqual(self.finish(run, stdin=file)[1], b"4 10 b'456789'\n")

    def test_there_is_no_terminal(self):
        run = self.python("import os; print([os.isatty(fd) for fd in (0, 1, 2)])")
        self.assertEqual(self.finish(run)[1], b"[False, False, False]\n")
        self.assertFalse(run.state["tty"])

    def test_a_closed_stream_stays_closed(self):
        run = self.python("import sys, os; os.write(2, repr((sys.stdin, sys.stdout)).encode())")
        result = subprocess.run(["sh", "-c", '"$@" <&- >&-', "sh", *RUNNER, run.dir], stderr=subprocess.PIPE)
        self.assertEqual(result.stderr, b"(None, None)")

    def test_descriptors_that_the_caller_hands_over_reach_the_script(self):
        run = self.python("import os, sys; print(os.read(int(sys.argv[1]), 99))", "PLACE")
        reader, writer = os.pipe()
        os.write(writer, b"handed over")
        os.close(writer)
        run.spec["argv"][2] = str(reader)
        run = self.make(run.spec["argv"])
        self.assertEqual(self.finish(run, pass_fds=[reader])[1], b"b'handed over'\n")
        os.close(reader)

    def test_a_hundred_megabytes_arrive_in_both_places(self):
        run = self.python("import sys\nblock = bytes(range(256)) * 4096\n"
                          "for i in range(100): sys.stdout.buffer.write(block)")
        code, out, _ = self.finish(run)
        expected = hashlib.sha256(bytes(range(256)) * 4096 * 100).hexdigest()
        self.assertEqual(code, 0)
        self.assertEqual(hashlib.sha256(out).hexdigest(), expected)
        self.assertEqual(hashlib.sha256(run.output).hexdigest(), expected)

    def test_a_reader_that_goes_away_breaks_the_scripts_pipe(self):
        run = self.make(["sh", "-c", "while :; do echo y; done"])
        result = subprocess.run(["bash", "-c", '"$@" | head -n 2; exit ${PIPESTATUS[0]}', "bash", *RUNNER, run.dir],
                                stdout=subprocess.PIPE, timeout=20)
        self.assertEqual(result.stdout, b"y\ny\n")
        self.assertEqual(run.ended()["signal"], "SIGPIPE")
        self.assertEqual(result.returncode, 128 + signal.SIGPIPE)

    def test_a_writer_learns_that_the_script_has_closed_its_input(self):
        run = self.python("import os, time; os.close(0); print('closed', flush=True); time.sleep(60)")
        process = self.start(run, stdin=subprocess.PIPE)
        self.assertEqual(process.stdout.readline(), b"closed\n")

        def is_broken():
            try:
                os.write(process.stdin.fileno(), b"x")
            except BrokenPipeError:
                return True
        until(is_broken, "the broken pipe")
        process.send_signal(signal.SIGTERM)

    def test_a_slow_reader_holds_the_script_up_and_loses_nothing(self):
        run = self.python("import os\nfor i in range(64): os.write(1, bytes([i]) * 65536)\n"
                          "open('done', 'w').close()")
        process = self.start(run)
        done = os.path.join(self.base, "done")
        until(lambda: os.path.exists(run.path("output.log")) and os.stat(run.path("output.log")).st_size > 100_000)
        size = 0
        while size != os.stat(run.path("output.log")).st_size:  # until it has come to a stand
            size = os.stat(run.path("output.log")).st_size
            time.sleep(0.1)
        self.assertLess(size, 2 << 20)
        self.assertFalse(os.path.exists(done))
        out, _ = process.communicate(timeout=20)
        self.assertEqual(out, b"".join(bytes([i]) * 65536 for i in range(64)))
        self.assertEqual(run.output, out)

    def test_sockets_as_node_hands_them_over(self):
        run = self.python("import sys; sys.stdout.buffer.write(b'o' * 3000000); sys.stderr.write('e' * 300000)")
        ours, theirs = socket.socketpair()
        process = self.start(run, stdout=theirs, stderr=theirs)
        theirs.close()
        received = b""
        while True:
            data = ours.recv(1 << 16)
            if not data:
                break
            received += data
        process.wait(20)
        ours.close()
        self.assertEqual((received.count(b"o"), received.count(b"e")), (3000000, 300000))
        self.assertEqual(run.output, received)

    def test_a_run_can_be_stopped_while_nobody_reads_its_output(self):
        run = self.make(["sh", "-c", "while :; do echo y; done"])
        process = self.start(run)
        until(lambda: os.path.exists(run.path("output.log")) and os.stat(run.path("output.log")).st_size > 32768)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(run.ended()["signal"], "SIGTERM")
        process.communicate(timeout=20)
        self.assertEqual(process.returncode, 128 + signal.SIGTERM)


class ExitCodes(RunnerTest):
    def test_the_scripts_own_code_is_the_runners(self):
        run = self.python("import sys; sys.exit(37)")
        self.assertEqual(self.finish(run)[0], 37)
        state = run.state
        self.assertEqual((state["state"], state["exit_code"], state["signal"]), ("exited", 37, None))
        self.assertLessEqual(run.spec["created_ms"], state["started_ms"])
        self.assertLessEqual(state["started_ms"], state["ended_ms"])

    def test_a_signal_is_128_and_its_number(self):
        run = self.python("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
        self.assertEqual(self.finish(run)[0], 137)
        self.assertEqual((run.state["exit_code"], run.state["signal"]), (None, "SIGKILL"))

    def test_os_exit_loses_neither_output_nor_code(self):
        run = self.python("import os; print('last words', flush=True); os._exit(5)")
        self.assertEqual(self.finish(run)[:2], (5, b"last words\n"))

    def test_a_syntax_error_shows_as_it_would_without_us(self):
        run = self.python("def f(:\n")
        script = run.spec["argv"][1]
        plain = subprocess.run([sys.executable, script], stderr=subprocess.PIPE)
        code, out, err = self.finish(run)
        self.assertEqual((code, out, err), (plain.returncode, b"", plain.stderr))

    def test_a_script_whose_name_is_not_utf8(self):
        name = os.fsencode(self.base) + b"/caf\xe9.py"
        with open(name, "wb") as file:
            file.write(b"import sys, os; print(os.fsencode(sys.argv[0]), os.fsencode(sys.argv[1]))")
        run = self.make([sys.executable, os.fsdecode(name), "\udcff"])
        self.assertEqual(self.finish(run)[1].decode().strip(), "%r %r" % (name, b"\xff"))

    def test_a_working_folder_whose_name_is_not_utf8_in_a_latin_1_locale(self):
        folder = os.fsencode(self.base) + b"/d\xc3\xa9\xff"
        os.mkdir(folder)
        run = self.make([sys.executable, "-c", "import os; print(os.getcwdb())"], cwd=os.fsdecode(folder))
        env = dict(os.environ, LC_ALL="POSIX", PYTHONUTF8="0")
        self.assertEqual(self.finish(run, env=env)[1].decode().strip(), repr(folder))

    def test_chdir_does_not_lead_the_records_astray(self):
        run = self.python("import os, loopwright; os.chdir('/'); loopwright.log(a=1.0); os._exit(0)")
        self.finish(run)
        self.assertEqual([record[3] for record in run.records("metric")], [{"a": 1.0}])


class Environment(RunnerTest):
    def environment_of(self, env, **changes):
        run = self.make(["/usr/bin/env", "-0"], env=changes.pop("spec_env", {}), **changes)
        code, out, err = self.finish(run, env=env)
        self.assertEqual((code, err), (0, b""))
        return run, dict(entry.split(b"=", 1) for entry in out.split(b"\0") if entry)

    def test_what_is_added(self):
        run, env = self.environment_of({"PATH": os.environ["PATH"], "PYTHONPATH": "/theirs"}, spec_env={"A": "b"},
                                       params={"lr": "0.1"})
        self.assertEqual(env, {
            b"PATH": os.environb[b"PATH"],
            b"A": b"b",
            b"LOOPWRIGHT_RUN_ID": run.id.encode(),
            b"LOOPWRIGHT_RUN_DIR": run.dir.encode(),
            b"LOOPWRIGHT_PARAMS": b'{"lr": "0.1"}',
            b"LOOPWRIGHT_CAPTURE": b"",
            b"PYTHONPATH": run.spec["hook_dir"].encode() + b":/theirs",
        })

    def test_what_capture_adds(self):
        capture = {"kinds": ["libraries", "models"], "modelLimitBytes": 1000, "pinLimitBytes": 1}
        _, env = self.environment_of({"PATH": os.environ["PATH"]}, capture=capture, root="/some/where")
        self.assertEqual((env[b"LOOPWRIGHT_CAPTURE"], env[b"LOOPWRIGHT_MODEL_LIMIT"], env[b"LOOPWRIGHT_ROOT"]),
                         (b"libraries,models", b"1000", b"/some/where"))

    def test_an_empty_python_path_does_not_become_the_working_folder(self):
        run, env = self.environment_of({"PATH": os.environ["PATH"], "PYTHONPATH": ""})
        self.assertEqual(env[b"PYTHONPATH"], run.spec["hook_dir"].encode())

    def test_the_c_locale_stays_the_c_locale(self):
        _, env = self.environment_of({"PATH": os.environ["PATH"], "LANG": "C"})
        self.assertNotIn(b"LC_CTYPE", env)

    def test_bytes_that_are_no_text_pass_through(self):
        _, env = self.environment_of({b"PATH": os.environb[b"PATH"], b"ODD": b"\xff\xfe"})
        self.assertEqual(env[b"ODD"], b"\xff\xfe")


class Signals(RunnerTest):
    waiting = "import time, os\ntry: print(os.getpid(), flush=True); time.sleep(60)\nexcept KeyboardInterrupt: %s"

    def test_sigterm_to_the_runner_is_for_the_script(self):
        run = self.python("import signal, sys, time\n"
                          "signal.signal(signal.SIGTERM, lambda *_: (print('saving'), sys.exit(9)))\n"
                          "print('ready', flush=True); time.sleep(60)")
        process = self.start(run)
        self.assertEqual(process.stdout.readline(), b"ready\n")
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=20)
        self.assertEqual((process.returncode, out), (9, b"saving\n"))
        self.assertTrue(run.state["stop_requested"])

    def test_ctrl_c_in_the_callers_terminal_interrupts_the_script_once(self):
        run = self.python("import time, signal\ncount = 0\n"
                          "def seen(*_):\n    global count; count += 1\n"
                          "signal.signal(signal.SIGINT, seen)\nprint('ready', flush=True)\n"
                          "end = time.monotonic() + 60\n"
                          "while not count and time.monotonic() < end: time.sleep(0.01)\n"
                          "time.sleep(0.4); print(count)")
        process = self.start(run, start_new_session=True)
        self.assertEqual(process.stdout.readline(), b"ready\n")
        os.killpg(process.pid, signal.SIGINT)
        out, _ = process.communicate(timeout=20)
        self.assertEqual(out, b"1\n")

    def test_an_interrupt_of_the_group_is_on_record_though_the_relay_is_slow(self):
        run = self.python(self.waiting % "raise SystemExit(3)")
        process = self.start(run, start_new_session=True)
        process.stdout.readline()
        os.kill(process.pid, signal.SIGSTOP)
        os.killpg(process.pid, signal.SIGINT)
        until(lambda: run.state["state"] == "exited")
        state = run.state
        os.kill(process.pid, signal.SIGCONT)
        process.communicate(timeout=20)
        self.assertEqual((state["exit_code"], state["stop_requested"]), (3, True))

    def test_sigint_to_the_runner_alone_reaches_the_script(self):
        run = self.python(self.waiting % "print('interrupted')")
        process = self.start(run)
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=20)
        self.assertEqual((process.returncode, out), (0, b"interrupted\n"))

    def test_what_the_user_ignores_stays_ignored(self):
        code = ("import signal; print(*(signal.getsignal(s) == signal.SIG_IGN for s in "
                "(signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)))")
        run = self.python(code)
        result = subprocess.run(["sh", "-c", 'trap "" HUP INT USR1; exec "$@"', "sh", *RUNNER, run.dir],
                                stdout=subprocess.PIPE, timeout=20)
        self.assertEqual(result.stdout, b"True True False True\n")

    def test_other_programs_find_the_default_dispositions(self):
        # Called by its path, because only then does `subprocess` start it in the same way as the runner.
        command = [shutil.which("grep"), "-E", "Sig(Ign|Blk)", "/proc/self/status"]
        plain = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL).stdout
        self.assertEqual(self.finish(self.make(command))[1], plain)

    def test_a_signal_of_the_scheduler_reaches_the_script(self):
        run = self.python("import signal, time\nsignal.signal(signal.SIGUSR1, lambda *_: print('checkpoint'))\n"
                          "print('ready', flush=True)\nsignal.pause()")
        process = self.start(run)
        process.stdout.readline()
        process.send_signal(signal.SIGUSR1)
        self.assertEqual(process.communicate(timeout=20)[0], b"checkpoint\n")
        self.assertFalse(run.state["stop_requested"])

    def test_two_signals_at_once_do_no_harm(self):
        run = self.python(self.waiting % "pass")
        process = self.start(run)
        process.stdout.readline()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            process.send_signal(number)
        process.communicate(timeout=20)
        state = run.ended()
        self.assertEqual(state["state"], "exited")
        self.assertIn(process.returncode, (0, 1, 129, 130, 143))


class LeftBehind(RunnerTest):
    daemon = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while not os.path.exists('go'): time.sleep(0.01)
        print('late', flush=True)
        print('later', flush=True)
        os._exit(0)
    os._exit(0)
os.wait()
print('parent ends', flush=True)
"""

    def test_a_daemon_keeps_nobody_waiting_and_its_output_is_kept(self):
        run = self.python(self.daemon)
        code, out, _ = self.finish(run)
        self.assertEqual((code, out), (0, b"parent ends\n"))
        self.file("go", "")
        run.output_has(b"late\nlater\n")
        until(lambda: not is_running(run.state["keeper"]["pid"]), "the end of the keeper")

    def test_a_background_process_is_not_signalled_when_the_script_ends(self):
        run = self.python("import subprocess\n"
                          "subprocess.Popen(['sh', '-c', 'while [ ! -e go ]; do sleep 0.02; done; echo alive'])")
        self.assertEqual(self.finish(run)[0], 0)
        self.file("go", "")
        run.output_has(b"alive\n")

    def test_a_fork_that_lives_on_is_recorded_by_its_journal(self):
        run = self.python("import os, time, loopwright\nloopwright.log(parent=1.0)\n"
                          "if os.fork() == 0:\n    while not os.path.exists('go'): time.sleep(0.01)\n"
                          "    loopwright.log(child=2.0)\n    os._exit(0)")
        self.finish(run)
        self.file("go", "")
        until(lambda: len(run.records("metric")) == 2)
        opened = run.records("open")
        self.assertEqual(sorted(record[2]["main"] for record in opened), [False, True])
        self.assertEqual(len({record[2]["pid"] for record in opened}), 2)


class HookState(RunnerTest):
    def test_loaded(self):
        run = self.python("pass")
        self.finish(run)
        self.assertEqual(run.state["hook"], "loaded")

    def test_absent_in_isolated_mode(self):
        script = self.file("isolated.py", "print('fine')")
        run = self.make([sys.executable, "-I", script])
        self.assertEqual(self.finish(run)[1], b"fine\n")
        self.assertEqual(run.state["hook"], "absent")

    def test_loaded_is_known_while_the_script_runs(self):
        run = self.detach(self.python("import time; time.sleep(60)"))
        until(lambda: run.state["hook"] == "loaded", "the hook's state")
        self.assertEqual(run.state["state"], "running")


if __name__ == "__main__":
    unittest.main()
