"""A sweep: each combination of values in a run of its own, and what becomes of all when something goes wrong."""
import json
import os
import signal
import sys
import time
import unittest

from players import Person, Wire
from support import PATIENCE, ROOT, RUNNER, Run, RunnerTest, is_running, until

SWEEP_DIR = os.path.join(ROOT, "python", "sweep")
sys.path[:0] = [SWEEP_DIR, os.path.join(ROOT, "python", "observer"), os.path.join(ROOT, "python", "common")]

import plan  # noqa: E402
import scores  # noqa: E402

# Waits for a file of its own name, so that a test decides when which run ends.
WAITS_FOR_X = "import os, sys, time\nprint('at', sys.argv[1], flush=True)\n" \
              "while not os.path.exists('go-' + sys.argv[1]): time.sleep(0.01)\n"
DEAF = "import os, signal, sys, time\n" \
       "for one in (signal.SIGINT, signal.SIGTERM): signal.signal(one, signal.SIG_IGN)\n" \
       "print('ready', flush=True)\ntime.sleep(60)\n"


class Plan(unittest.TestCase):
    def test_the_last_parameter_varies_fastest(self):
        self.assertEqual([plan.label(values) for values in plan.combinations({"lr": ["1", "2"], "depth": ["a", "b"]})],
                         ["lr=1 depth=a", "lr=1 depth=b", "lr=2 depth=a", "lr=2 depth=b"])

    def test_only_braces_around_a_swept_name_are_filled(self):
        values = {"lr": "0.1", "a b": "x"}
        for word, filled in (("--lr={lr}", "--lr=0.1"), ("{lr}{lr}", "0.10.1"), ("{}", "{}"), ("{other}", "{other}"),
                             ('{"lr": 1}', '{"lr": 1}'), ("{{lr}}", "{0.1}"), ("{a b}", "x"), ("{lr", "{lr")):
            self.assertEqual(plan.fill(word, values), filled)

    def test_a_value_is_not_filled_again(self):
        self.assertEqual(plan.fill("{a} {b}", {"a": "{b}", "b": "{a}"}), "{b} {a}")

    def test_long_values_are_cut_in_names(self):
        self.assertEqual(len(plan.label({"k": "x" * 100})), 42)
        self.assertEqual(plan.label({"k": "a\nb"}), "k=a b")

    def test_run_ids_are_version_7_and_sort_by_time(self):
        ids = [plan.new_run_id() for _ in range(3)]
        for one in ids:
            self.assertRegex(one, r"^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$")
        self.assertLess(abs(int(ids[0][:12], 16) - time.time() * 1000), 5000)


class Scores(unittest.TestCase):
    def test_more_is_better_of_some_and_less_of_others(self):
        self.assertEqual(scores.best_of({"a": {"auc": 0.8}, "b": {"auc": 0.9}}), ("b", "auc"))
        self.assertEqual(scores.best_of({"a": {"loss": 0.8}, "b": {"loss": 0.9}}), ("a", "loss"))
        self.assertEqual(scores.best_of({"a": {"val/loss": 2, "loss": 1}, "b": {"val/loss": 1, "loss": 2}}),
                         ("b", "val/loss"))

    def test_the_most_telling_metric_counts_also_if_not_all_have_it(self):
        self.assertEqual(scores.best_of({"a": {"loss": 0.1}, "b": {"loss": 9, "auc": 0.5}}), ("b", "auc"))

    def test_what_is_no_number_is_never_best(self):
        nan = float("nan")
        self.assertEqual(scores.best_of({"a": {"auc": nan}, "b": {"auc": 0.1}}), ("b", "auc"))
        self.assertIsNone(scores.best_of({"a": {"auc": nan}}))

    def test_nothing_is_best_where_no_metric_is_known_to_be_a_score(self):
        self.assertIsNone(scores.best_of({"a": {}, "b": {}}))


class SweepTest(RunnerTest):
    def setUp(self) -> None:
        super().setUp()
        os.makedirs(os.path.join(self.base, "active"))

    def sweep(self, over: dict, code: str, *arguments: str, jobs: int = 1, **changes) -> Run:
        script = self.file("train.py", code)
        own = [sys.executable, script, *arguments]
        capture = {"kinds": [], "modelLimitBytes": 1, "pinLimitBytes": 1}
        spec = {"sweep": {"over": over, "argv": own, "jobs": jobs, "capture": capture}, "capture": capture,
                "source": script, "name": "train"}
        spec.update(changes)
        return Run(self.base, [sys.executable, "-I", "-S", "-X", "utf8", SWEEP_DIR, *own], **spec)

    def children(self, run: Run) -> list:
        """Their folders' spec.json and runner.json, in the order in which they were made."""
        found = []
        for name in sorted(os.listdir(os.path.join(self.base, "runs"))):
            folder = os.path.join(self.base, "runs", name)
            if name == run.id or not os.path.exists(os.path.join(folder, "spec.json")):
                continue
            with open(os.path.join(folder, "spec.json")) as file:
                spec = json.load(file)
            state = None
            if os.path.exists(os.path.join(folder, "runner.json")):
                with open(os.path.join(folder, "runner.json")) as file:
                    state = json.loads(file.read() or "null")
            found.append((spec, state))
        return sorted(found, key=lambda pair: (pair[0]["created_ms"], pair[0]["run_id"]))

    def outputs(self, run: Run) -> list:
        texts = []
        for spec, _ in self.children(run):
            with open(os.path.join(self.base, "runs", spec["run_id"], "output.log")) as file:
                texts.append(file.read())
        return texts

    def facts(self, run: Run, section: str) -> dict:
        merged = {}
        for record in run.records("facts"):
            if record[2] == section:
                merged.update(record[3])
        return merged

    def let_go(self, *names: str) -> None:
        for name in names:
            self.file("go-" + name, "")

    def stop(self, run: Run) -> None:
        wire = Wire(run)
        self.addCleanup(wire.socket.close)
        wire.send(b"s", b"stop")

    def at(self, run: Run, name: str) -> None:
        until(lambda: b"at " + name.encode() in (run.output if os.path.exists(run.path("output.log")) else b""),
              "the run with %s" % name)


class Course(SweepTest):
    def test_every_combination_is_a_run_below_the_sweep(self):
        run = self.sweep({"lr": ["0.1", "0.3"], "depth": ["2", "4"]},
                         "import sys, json, os\nprint(sys.argv[1:], json.loads(os.environ['LOOPWRIGHT_PARAMS']))",
                         "--lr={lr}", "{depth}", params={"data": "v7"}, tags={"team": "a", "loopwright.pinned": "1"})
        code, out, err = self.finish(run)
        self.assertEqual(code, 0, err)
        children = self.children(run)
        self.assertEqual([spec["name"] for spec, _ in children],
                         ["train lr=0.1 depth=2", "train lr=0.1 depth=4", "train lr=0.3 depth=2",
                          "train lr=0.3 depth=4"])
        for spec, state in children:
            self.assertEqual((spec["parent_run_id"], spec["sweep"], spec["kind"], spec["tags"], spec["token"]),
                             (run.id, None, "script", {"team": "a"}, run.token))
            self.assertEqual((state["state"], state["exit_code"], state["hook"], state["socket_error"]),
                             ("exited", 0, "loaded", None))
            self.assertTrue(os.path.exists(os.path.join(self.base, "active", spec["run_id"])))
        self.assertEqual(self.outputs(run)[1],
                         "['--lr=0.1', '4'] {'data': 'v7', 'lr': '0.1', 'depth': '4'}\n")
        self.assertEqual(out.decode(), "".join(self.outputs(run)))
        self.assertIn(b"[4/4] lr=0.3 depth=4\n[4/4] finished in ", err)

    def test_the_runs_know_nothing_of_the_sweeps_own_run(self):
        run = self.sweep({"x": ["1"]}, "import os\nfor k in sorted(os.environ):\n"
                         "  if k.startswith('LOOPWRIGHT_') or k == 'PYTHONPATH': print(k, os.environ[k])", "{x}",
                         capture={"kinds": ["code"], "modelLimitBytes": 5, "pinLimitBytes": 5}, root=self.base,
                         env={"MINE": "1"})
        # Not those that the tests themselves are told by.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("LOOPWRIGHT_")}
        environment.update(RANK="0", LOOPWRIGHT_STATE_DIR="/kept", PYTHONPATH="/user")
        code, out, err = self.finish(run, env=environment)
        self.assertEqual(code, 0, err)
        (spec, _), = self.children(run)
        seen = dict(line.split(" ", 1) for line in out.decode().splitlines())
        self.assertEqual(seen, {
            "LOOPWRIGHT_RUN_ID": spec["run_id"], "LOOPWRIGHT_RUN_DIR": os.path.join(self.base, "runs", spec["run_id"]),
            "LOOPWRIGHT_PARAMS": '{"x": "1"}', "LOOPWRIGHT_CAPTURE": "", "LOOPWRIGHT_MODEL_LIMIT": "1",
            "LOOPWRIGHT_ROOT": self.base, "LOOPWRIGHT_OUTER_RANK": "RANK", "LOOPWRIGHT_STATE_DIR": "/kept",
            "PYTHONPATH": spec["hook_dir"] + os.pathsep + "/user"})
        self.assertEqual(spec["env"], {"MINE": "1"})

    def test_a_failing_run_does_not_end_the_sweep(self):
        run = self.sweep({"x": ["0", "3", "0.0"]}, "import sys\nsys.exit(int(float(sys.argv[1])))", "{x}")
        code, out, err = self.finish(run)
        self.assertEqual(code, 1)
        self.assertEqual([state["exit_code"] for _, state in self.children(run)], [0, 3, 0])
        self.assertEqual(self.facts(run, "outcome"), {"reason": "1 of 3 runs failed."})
        self.assertIn(b"[2/3] failed with exit code 3 after ", err)

    def test_the_best_is_named(self):
        run = self.sweep({"x": ["0.7", "0.9", "0.8"]}, "import loopwright, sys\nloopwright.log(auc=0.1, step=0)\n"
                         "loopwright.log(auc=float(sys.argv[1]), step=1)", "{x}")
        code, _, err = self.finish(run)
        self.assertEqual(code, 0, err)
        best = self.children(run)[1][0]["run_id"]
        self.assertEqual(self.facts(run, "sweep"), {"runs": 3, "finished": 3, "failed": 0, "stopped": 0, "best": best,
                                                    "bestBy": "auc"})
        self.assertIn("best: x=0.9 · auc 0.9\n".encode(), err)

    def test_runs_go_on_beside_each_other_with_their_lines_apart(self):
        run = self.sweep({"x": ["1", "2", "3"]}, WAITS_FOR_X + "print('end', sys.argv[1], end='')", "{x}", jobs=2)
        process = self.start(run)
        self.at(run, "1")
        self.at(run, "2")
        self.assertEqual(len(self.children(run)), 2)
        self.let_go("2", "3")
        self.at(run, "3")
        self.let_go("1")
        out, err = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 0, err)
        self.assertEqual(sorted(out.decode().splitlines()), [
            "[1/3] at 1", "[1/3] end 1", "[2/3] at 2", "[2/3] end 2", "[3/3] at 3", "[3/3] end 3"])
        self.assertEqual(self.outputs(run)[0], "at 1\nend 1")  # the run's own log is as the script wrote it

    def test_what_is_swept_over_but_goes_nowhere_is_told(self):
        told = self.sweep({"lr": ["1"], "d": ["2"]}, "print(1)", "{d}")
        code, _, err = self.finish(told)
        self.assertEqual(code, 0)
        self.assertIn(b"lr is not among the arguments", err)
        self.assertEqual(len(told.records("note")), 1)
        asks = self.sweep({"lr": ["1"]}, "import loopwright\nprint(loopwright.params()['lr'])")
        code, out, err = self.finish(asks)
        self.assertEqual((code, out), (0, b"1\n"))
        self.assertNotIn(b"not among", err)

    def test_names_that_are_no_utf8_come_through(self):
        word = os.fsdecode(b"caf\xe9-{x}")
        run = self.sweep({"x": ["ü"]}, "import sys, os\nprint(ascii(os.fsencode(sys.argv[1])))", word)
        code, out, err = self.finish(run, env=dict(os.environ, LC_ALL="C"))
        self.assertEqual((code, out), (0, b"b'caf\\xe9-\\xc3\\xbc'\n"), err)

    def test_secrets_are_handed_over_and_written_nowhere(self):
        own_word = "--password=hunter2"
        run = self.sweep({"x": ["1", "2"]}, "import json, os, sys\nprint(len(sys.argv[1]), "
                         "len(json.loads(os.environ['LOOPWRIGHT_PARAMS'])['db_password']), len(os.environ['A_SECRET']))",
                         own_word, "{x}", params={"db_password": "***"}, hidden_params=["db_password"],
                         env={"A_SECRET": "***"}, hidden_env=["A_SECRET"])
        argv = run.spec["argv"]
        whole = {"argv": argv, "params": {"db_password": "hunter2hunter2"}, "env": {"A_SECRET": "hunter2!"}}
        masked = [word.replace("hunter2", "***") for word in argv]
        run.spec.update(argv=masked, hidden=[masked.index("--password=***")])
        run.spec["sweep"]["argv"] = masked[6:]
        with open(run.path("spec.json"), "w") as file:
            json.dump(run.spec, file)
        with open(run.path("handed-over.json"), "w") as file:
            json.dump(whole, file)
        code, out, err = self.finish(run)
        self.assertEqual((code, out), (0, b"18 14 8\n" * 2), err)
        for spec, _ in self.children(run):
            self.assertEqual((spec["argv"][2], spec["hidden"], spec["hidden_params"], spec["hidden_env"]),
                             ("--password=***", [2], ["db_password"], ["A_SECRET"]))
        for folder, _, names in os.walk(os.path.join(self.base, "runs")):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertNotIn(b"hunter2", file.read(), os.path.join(folder, name))


class Ending(SweepTest):
    def assert_only_the_first_ran(self, run: Run, status: dict) -> None:
        children = self.children(run)
        self.assertEqual(len(children), 1)
        for key, value in status.items():
            self.assertEqual(children[0][1][key], value, key)
        self.assertIn("of 3 were not started", self.facts(run, "outcome")["reason"])

    def test_ctrl_c_ends_the_run_and_the_rest_is_not_started(self):
        run = self.sweep({"x": ["1", "2", "3"]}, WAITS_FOR_X, "{x}")
        person = Person(self, [*RUNNER, run.dir])
        person.sees(b"at 1")
        person.type(b"\x03")
        self.assertEqual(person.leaves(), 130)
        self.assert_only_the_first_ran(run, {"state": "exited", "signal": "SIGINT"})
        self.assertEqual(run.state["signal"], "SIGINT")
        self.assertEqual(person.screen.count(b"KeyboardInterrupt"), 1)

    def test_a_script_that_catches_ctrl_c_ends_as_it_likes_and_the_sweep_too(self):
        run = self.sweep({"x": ["1", "2", "3"]}, "import time\ntry: print('ready', flush=True); time.sleep(60)\n"
                         "except KeyboardInterrupt: print('saved')", "{x}")
        person = Person(self, [*RUNNER, run.dir])
        person.sees(b"ready")
        person.type(b"\x03")
        self.assertEqual(person.leaves(), 130)
        self.assertIn(b"saved", person.screen)
        self.assertEqual(len(self.children(run)), 1)

    def test_an_interrupt_of_the_whole_group_comes_to_a_script_once(self):
        run = self.sweep({"x": ["1", "2", "3"]}, "import signal, time\ncount = [0]\n"
                         "def on(n, f): count[0] += 1\nsignal.signal(signal.SIGINT, on)\nprint('ready', flush=True)\n"
                         "end = time.time() + 1.5\nwhile time.time() < end: time.sleep(0.01)\nprint('got', count[0])")
        process = self.start(run, start_new_session=True)
        until(lambda: os.path.exists(run.path("output.log")) and b"ready" in run.output)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
        self.assertIn(b"got 1\n", out, err)
        self.assertEqual(len(self.children(run)), 1)

    def test_stop_ends_it_with_all_that_go_on(self):
        run = self.detach(self.sweep({"x": ["1", "2", "3"]}, WAITS_FOR_X, "{x}", jobs=2))
        self.at(run, "1")
        self.at(run, "2")
        self.stop(run)
        until(lambda: run.state["state"] == "exited")
        self.assertTrue(run.state["stop_requested"])
        children = self.children(run)
        self.assertEqual([state["state"] for _, state in children], ["exited"] * 2)
        self.assertEqual([state["stop_requested"] for _, state in children], [True] * 2)
        self.assertEqual(self.facts(run, "outcome"), {"reason": "2 of 3 were stopped, 1 of 3 was not started."})

    def test_stop_ends_a_script_that_hears_nothing_before_the_sweep_is_killed(self):
        run = self.detach(self.sweep({"x": ["1", "2", "3"]}, DEAF, "{x}"))
        until(lambda: os.path.exists(run.path("output.log")) and b"ready" in run.output)
        self.stop(run)
        until(lambda: run.state["state"] == "exited", seconds=30)
        (_, state), = self.children(run)
        self.assertEqual((state["state"], state["signal"]), ("exited", "SIGKILL"))
        self.assertEqual(self.facts(run, "outcome"), {"reason": "1 of 3 was stopped, 2 of 3 were not started."})

    def test_a_signal_to_the_sweep_alone_is_passed_on(self):
        run = self.sweep({"x": ["1", "2", "3"]}, WAITS_FOR_X, "{x}")
        process = self.start(run, start_new_session=True)
        self.at(run, "1")
        os.kill(run.state["child"]["pid"], signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
        self.assertEqual(run.state["signal"], "SIGTERM")
        self.assert_only_the_first_ran(run, {"signal": "SIGTERM", "stop_requested": True})

    def test_one_run_that_is_stopped_is_only_that(self):
        run = self.sweep({"x": ["1", "2"]}, WAITS_FOR_X, "{x}")
        process = self.start(run)
        self.at(run, "1")
        child = Run.__new__(Run)
        child.socket, child.token = self.children(run)[0][0]["socket"], run.token
        self.stop(child)
        self.at(run, "2")
        self.let_go("2")
        process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 1)
        self.assertEqual(self.facts(run, "outcome"), {"reason": "1 of 2 was stopped."})

    def test_kill_of_the_sweep_leaves_a_run_that_is_recorded(self):
        run = self.sweep({"x": ["1", "2"]}, WAITS_FOR_X, "{x}")
        process = self.start(run)
        self.at(run, "1")
        os.kill(run.state["child"]["pid"], signal.SIGKILL)
        until(lambda: run.state["state"] == "exited")
        self.assertEqual(run.state["signal"], "SIGKILL")
        self.let_go("1")
        until(lambda: self.children(run)[0][1]["state"] == "exited")
        self.assertEqual([state["exit_code"] for _, state in self.children(run)], [0])
        process.communicate(timeout=PATIENCE)

    def test_a_runner_that_is_killed_is_waited_for_no_less(self):
        run = self.sweep({"x": ["1", "2"]}, WAITS_FOR_X, "{x}")
        process = self.start(run)
        self.at(run, "1")
        first = self.children(run)[0][1]
        os.kill(first["runner"]["pid"], signal.SIGKILL)
        until(lambda: not is_running(first["runner"]["pid"]))
        time.sleep(0.3)
        self.assertEqual(len(self.children(run)), 1)  # it goes on
        self.let_go("1", "2")
        process.communicate(timeout=PATIENCE)
        self.assertEqual([state["exit_code"] for _, state in self.children(run)], [0, 0])
        self.assertEqual(process.returncode, 0)

    def test_a_run_that_vanishes_altogether_is_stopped_and_the_next_one_starts(self):
        run = self.sweep({"x": ["1", "2"]}, WAITS_FOR_X, "{x}")
        process = self.start(run)
        self.at(run, "1")
        first = self.children(run)[0][1]
        for who in ("keeper", "runner", "child"):
            os.kill(first[who]["pid"], signal.SIGKILL)
        self.at(run, "2")
        self.let_go("2")
        _, err = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 1)
        self.assertIn(b"[1/2] was killed", err)
        self.assertEqual(self.facts(run, "outcome"), {"reason": "1 of 2 was stopped."})

    def test_a_folder_that_cannot_be_made_ends_the_sweep_and_says_so(self):
        run = self.sweep({"x": ["1", "2"]}, WAITS_FOR_X, "{x}")
        os.rmdir(os.path.join(self.base, "active"))
        code, _, err = self.finish(run)
        self.assertEqual(code, 1)
        self.assertEqual(self.facts(run, "outcome"), {
            "reason": "The folder of run 1 of 2 could not be made: No such file or directory. "
                      "2 of 2 were not started."})
        self.assertEqual(self.children(run), [])

    def test_a_command_that_is_not_there_fails_its_runs(self):
        run = self.sweep({"x": ["1", "2"]}, "")
        run.spec["argv"] = [*run.spec["argv"][:6], "/no/such/program", "{x}"]
        run.spec["sweep"]["argv"] = run.spec["argv"][6:]
        run.spec["kind"] = "command"
        with open(run.path("spec.json"), "w") as file:
            json.dump(run.spec, file)
        code, _, err = self.finish(run)
        self.assertEqual(code, 1)
        self.assertEqual(self.facts(run, "outcome"), {"reason": "2 of 2 runs failed."})
        self.assertIn(b"[1/2] could not be started", err)


if __name__ == "__main__":
    unittest.main()
