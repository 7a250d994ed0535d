"""The hook must be there in every process of a run, and otherwise make no difference at all."""
import glob
import os
import subprocess
import sys
import unittest

from support import HOOK_DIR, HookTest

OLD_PYTHONS = [path for pattern in ("2.7*", "3.6*", "3.7*")
               for path in glob.glob(os.path.expanduser("~/.pyenv/versions/%s/bin/python" % pattern))]


class SameAsWithoutUs(HookTest):
    """Each sitecustomize of the user's behaves to the letter as it does when the hook is not there."""

    def both_ways(self, sitecustomize, code="import sys; print('script', getattr(sys, 'mark', None))", options=()):
        theirs = os.path.dirname(self.file("theirs/sitecustomize.py", sitecustomize))
        with_hook = self.script(code, python=(sys.executable, *options),
                                env={"PYTHONPATH": os.pathsep.join([HOOK_DIR, theirs])})
        without = self.script(code, python=(sys.executable, *options), env={"PYTHONPATH": theirs}, tracked=False)
        self.assertEqual((with_hook.returncode, with_hook.stdout, with_hook.stderr),
                         (without.returncode, without.stdout, without.stderr))
        self.assertTrue(os.path.exists(self.run_.path("main.pid")))
        os.unlink(self.run_.path("main.pid"))
        return with_hook

    def test_it_runs(self):
        self.assertEqual(self.both_ways("import sys; sys.mark = 'theirs'").stdout, b"script theirs\n")

    def test_it_is_the_module_that_scripts_import(self):
        code = "import sitecustomize; print(sitecustomize.answer, sitecustomize.__name__, sitecustomize.__file__)"
        self.assertIn(b"42 sitecustomize", self.both_ways("answer = 42", code).stdout)

    def test_it_may_import_itself(self):
        self.both_ways("import sys, sitecustomize; sys.mark = sitecustomize.__name__")

    def test_its_errors(self):
        for content in ("1/0", "import no_such_module", "raise ImportError('x', name='sitecustomize')", "def f(:",
                        "import os; os._exit(9)"):
            with self.subTest(content):
                self.both_ways(content)

    def test_its_fatal_errors_show_our_frames_and_are_fatal_all_the_same(self):
        for content, last in (("raise SystemExit(7)", b"SystemExit: 7"), ("raise KeyboardInterrupt", b"KeyboardInterrupt")):
            theirs = os.path.dirname(self.file("theirs/sitecustomize.py", content))
            with_hook = self.script("print('never')", env={"PYTHONPATH": os.pathsep.join([HOOK_DIR, theirs])})
            without = self.script("print('never')", env={"PYTHONPATH": theirs}, tracked=False)
            self.assertEqual((with_hook.returncode, with_hook.stdout), (without.returncode, without.stdout))
            self.assertTrue(with_hook.stderr.endswith(last + b"\n"), with_hook.stderr)
            self.assertIn(os.fsencode(theirs), with_hook.stderr)

    def test_its_effects_on_imports_and_streams(self):
        self.both_ways("import sys; sys.path.insert(0, '/x'); print('hello', file=sys.stderr); sys.mark = sys.path[0]")

    def test_a_folder_without_one(self):
        result = self.script("print('fine')", env={"PYTHONPATH": os.pathsep.join([HOOK_DIR, self.base])})
        self.assertEqual((result.stdout, result.stderr), (b"fine\n", b""))

    def test_the_same_hook_from_two_folders_does_not_go_round_in_circles(self):
        copy = os.path.join(self.base, "copy")
        subprocess.run(["cp", "-r", HOOK_DIR, copy], check=True)
        theirs = os.path.dirname(self.file("theirs/sitecustomize.py", "import sys; sys.mark = 'theirs'"))
        result = self.script("import sys; print(sys.mark)",
                             env={"PYTHONPATH": os.pathsep.join([HOOK_DIR, copy, HOOK_DIR, theirs])})
        self.assertEqual((result.stdout, result.stderr), (b"theirs\n", b""))

    def test_another_hook_that_chains_by_importing_again(self):
        """As ddtrace's does: it takes its own folder off the path and imports sitecustomize once more."""
        other = os.path.dirname(self.file("other/sitecustomize.py", (
            "import os, sys\nmine = os.path.dirname(__file__)\nsys.path.remove(mine)\n"
            "own = sys.modules.pop('sitecustomize')\ntry: import sitecustomize\nexcept ImportError: pass\n"
            "sys.path.insert(0, mine)\nsys.count = getattr(sys, 'count', 0) + 1")))
        theirs = os.path.dirname(self.file("theirs/sitecustomize.py", "import sys; sys.mark = 'theirs'"))
        result = self.script("import sys; print(sys.mark, sys.count)",
                             env={"PYTHONPATH": os.pathsep.join([HOOK_DIR, other, theirs])})
        self.assertEqual((result.stdout, result.stderr), (b"theirs 1\n", b""))

    def test_a_virtual_environment_with_one(self):
        venv = os.path.join(self.base, "venv")
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
        python = os.path.join(venv, "bin", "python")
        packages = subprocess.run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
                                  stdout=subprocess.PIPE, check=True).stdout.decode().strip()
        with open(os.path.join(packages, "sitecustomize.py"), "w") as file:
            file.write("import sys; sys.mark = 'venv'")
        code = "import sys; print(getattr(sys, 'mark', 'the one of the system comes first'))"
        without = self.fine(code, python=(python,), env={"PYTHONPATH": ""}, tracked=False)
        self.assertEqual(self.fine(code, python=(python,)), without)

    @unittest.skipUnless(os.path.exists("/usr/lib/python3.11/sitecustomize.py"), "there is no Debian Python 3.11")
    def test_debians_own(self):
        out = self.fine("import sitecustomize; print(sitecustomize.__file__)", python=("/usr/bin/python3.11",))
        self.assertEqual(out, b"/usr/lib/python3.11/sitecustomize.py\n")

    @unittest.skipUnless(OLD_PYTHONS, "no Python older than 3.8 is installed here")
    def test_pythons_that_are_too_old_run_as_ever(self):
        for python in OLD_PYTHONS:
            with self.subTest(python):
                theirs = os.path.dirname(self.file("theirs/sitecustomize.py", "import sys; sys.mark = 'theirs'"))
                result = self.script("import sys; print(sys.mark)", python=(python, "-B"),
                                     env={"PYTHONPATH": os.pathsep.join([HOOK_DIR, theirs])})
                self.assertEqual((result.stdout, result.stderr), (b"theirs\n", b""))


class Unobtrusive(HookTest):
    def test_it_says_nothing_under_any_option(self):
        for options in (("-W", "error"), ("-bb",), ("-OO",), ("-X", "dev"), ("-u",), ("-s",), ("-B",)):
            with self.subTest(options):
                self.fine("import argparse, loopwright; argparse.ArgumentParser().parse_args([]); loopwright.log(a=1)",
                          python=(sys.executable, *options))

    def test_isolated_python_runs_without_it(self):
        self.fine("import sys; assert 'loopwright' not in sys.modules", python=(sys.executable, "-I"))
        self.assertFalse(os.path.exists(self.run_.path("main.pid")))

    def test_outside_a_run_every_call_does_nothing(self):
        out = self.fine("import loopwright as lw\nlw.log(a=1.0); lw.param(b=2); lw.tag('c'); lw.artifact('nothing')\n"
                        "lw.figure(object()); lw.flush(); print(lw.params(), lw.run_id())", tracked=False)
        self.assertEqual(out, b"{} None\n")

    def test_a_run_folder_that_is_gone(self):
        result = self.script("import loopwright as lw\nfor _ in range(3): lw.log(a=1.0); lw.param(b=2)\nprint('fine')",
                             env={"LOOPWRIGHT_RUN_DIR": os.path.join(self.base, "gone")})
        self.assertEqual((result.returncode, result.stdout), (0, b"fine\n"))
        self.assertEqual(result.stderr.count(b"\n"), 1)
        self.assertIn(b"No such file", result.stderr)

    def test_stderr_that_is_closed_or_replaced(self):
        self.fine("import sys, io, loopwright\nsys.stderr = io.StringIO(); loopwright.log(a='x')\n"
                  "assert not sys.stderr.getvalue()\n", env={"LOOPWRIGHT_RUN_DIR": ""})
        result = self.script("import sys, loopwright\nsys.stderr.close(); sys.__stderr__ = None\n"
                             "loopwright.log(a='x'); print('fine')")
        self.assertEqual((result.returncode, result.stdout), (0, b"fine\n"))

    def test_no_module_is_loaded_that_would_not_be(self):
        code = "import sys; print('\\n'.join(sorted(sys.modules)))"
        with_hook = set(self.fine(code).split())
        without = set(self.fine(code, env={"PYTHONPATH": ""}, tracked=False).split())
        ours = {name for name in with_hook - without if name.split(b".")[0] in (b"loopwright", b"sitecustomize")}
        self.assertEqual(with_hook - without, ours)

    def test_logging_loads_nothing_that_a_file_beside_the_script_could_answer_for(self):
        for name in ("json", "struct", "random", "shutil", "tempfile", "threading", "time", "datetime", "uuid"):
            self.file(name + ".py", "raise SystemExit('the wrong module was imported')")
        self.fine("import loopwright as lw\nlw.log(a=1.0, b=float('nan')); lw.param(c=[1, {'d': None}]); lw.tag(e='f')\n"
                  "lw.artifact(__file__)")
        self.assertEqual(len(self.records("artifact")), 1)


class Processes(HookTest):
    def test_the_first_is_the_main_one(self):
        self.fine("import os, subprocess, sys, loopwright\nloopwright.log(a=1.0)\n"
                  "subprocess.check_call([sys.executable, '-c', 'import loopwright; loopwright.log(b=2.0)'])\n"
                  "open('pid', 'w').write(str(os.getpid()))")
        with open(self.run_.path("main.pid")) as file, open(os.path.join(self.base, "pid")) as pid:
            self.assertEqual(file.read(), pid.read() + "\n")
        mains = {tuple(journal[1][3]): journal[0][2]["main"] for journal in self.run_.journals()}
        self.assertEqual(mains, {("a",): True, ("b",): False})

    def test_the_first_record_says_who_writes(self):
        self.fine("import sys, loopwright; loopwright.log(a=1.0)", "--x", "\udcff")
        record, = self.records("open")
        facts = record[2]
        self.assertEqual(facts["argv"], [os.path.join(self.base, "script.py"), "--x", "\udcff"])
        self.assertEqual(facts["executable"], sys.executable)
        self.assertEqual(facts["python"], "%d.%d.%d" % sys.version_info[:3])
        self.assertRegex(os.listdir(self.run_.path("journals"))[0],
                         r"^%d-%s-[0-9a-f]{8}\.lwj$" % (facts["pid"], facts["start"]))

    def test_a_fork_writes_its_own(self):
        self.fine("import os, loopwright as lw\nlw.log(a=1.0)\nfor i in range(3):\n    if os.fork() == 0:\n"
                  "        lw.log(a=10.0 + i); lw.log(a=20.0 + i); os._exit(0)\n"
                  "for i in range(3): os.wait()\nlw.log(a=2.0)")
        journals = sorted((records[1:] for records in self.run_.journals()), key=lambda records: records[0][3]["a"])
        self.assertEqual([[(r[2], r[3]["a"]) for r in records] for records in journals],
                         [[(0, 1.0), (1, 2.0)]] + [[(0, 10.0 + i), (1, 20.0 + i)] for i in range(3)])

    def test_a_fork_in_the_middle_of_many_threads(self):
        self.fine("import os, threading, loopwright as lw\nstop = False\n"
                  "def work():\n    while not stop: lw.log(a=1.0)\n"
                  "threads = [threading.Thread(target=work) for _ in range(4)]\nfor t in threads: t.start()\n"
                  "for i in range(20):\n    pid = os.fork()\n    if pid == 0:\n        lw.log(child=float(i)); os._exit(0)\n"
                  "    os.waitpid(pid, 0)\nstop = True\nfor t in threads: t.join()",
                  python=(sys.executable, "-W", "ignore::DeprecationWarning"))
        self.assertEqual(sorted(m["child"] for _, m in self.metrics() if "child" in m), [float(i) for i in range(20)])

    def test_a_fork_while_another_thread_imports_a_part_of_the_hook(self):
        self.fine("import importlib, os, threading, loopwright as lw\nheld = threading.Event()\n"
                  "def hold():\n    lock = importlib._bootstrap._get_module_lock('loopwright._secrets'); lock.acquire()\n"
                  "    held.set()\n    threading.Event().wait(60)\n"
                  "threading.Thread(target=hold, daemon=True).start()\nheld.wait()\n"
                  "pid = os.fork()\nif pid == 0:\n    lw.log(child=1.0); os._exit(0)\n"
                  "os.waitpid(pid, 0)\nos._exit(0)",
                  python=(sys.executable, "-W", "ignore::DeprecationWarning"))
        self.assertEqual(self.metrics(), [(0, {"child": 1.0})])

    def test_threads_lose_nothing(self):
        self.fine("import threading, loopwright as lw\n"
                  "def work(n):\n    for i in range(2000): lw.log({'t%d' % n: float(i)}, step=i)\n"
                  "threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]\n"
                  "for t in threads: t.start()\nfor t in threads: t.join()")
        steps = {}
        for step, values in self.metrics():
            (key, value), = values.items()
            self.assertEqual(value, step)
            steps.setdefault(key, []).append(step)
        self.assertEqual(steps, {"t%d" % n: list(range(2000)) for n in range(8)})

    def test_multiprocessing(self):
        for method in ("spawn", "fork", "forkserver"):
            with self.subTest(method):
                self.fine("import multiprocessing as mp, loopwright\ndef work(n): loopwright.log(%s=float(n)); return n\n"
                          "if __name__ == '__main__':\n    with mp.get_context('%s').Pool(2) as pool:\n"
                          "        assert pool.map(work, range(10)) == list(range(10))" % (method, method))
                values = [values[method] for _, values in self.metrics() if method in values]
                self.assertEqual(sorted(values), [float(n) for n in range(10)])

    def test_exit_without_goodbye_and_sigkill_lose_nothing(self):
        self.fine("import os, loopwright; loopwright.log(a=1.0); os._exit(0)")
        self.assertEqual(self.script("import os, loopwright; loopwright.log(a=2.0); os.kill(os.getpid(), 9)").returncode, -9)
        self.assertEqual([values["a"] for _, values in sorted(self.metrics(), key=str)], [1.0, 2.0])

    def test_a_process_that_replaces_itself_stays_the_main_one(self):
        self.fine("import os, sys, loopwright\nif len(sys.argv) == 1: os.execv(sys.executable, [sys.executable, __file__, 'x'])\n"
                  "loopwright.log(a=1.0)")
        self.assertTrue(self.records("open")[0][2]["main"])

    def test_a_program_that_closes_what_it_does_not_know(self):
        """As daemons do. The number may come back as a file of the user's, which must stay as it is."""
        self.fine("import os, loopwright as lw\nlw.log(a=1.0)\nos.closerange(3, 4096)\nlw.log(a=2.0)\n"
                  "lw.log(a=3.0)\nos.closerange(3, 4096)\n"
                  "files = [open('user-%d' % i, 'wb', buffering=0) for i in range(300)]\n"
                  "for f in files: f.write(b'user data')\nlw.log(a=4.0)\n"
                  "for f in files: f.write(b' and more')\nlw.log(a=5.0)")
        for i in range(300):
            with open(os.path.join(self.base, "user-%d" % i), "rb") as file:
                self.assertEqual(file.read(), b"user data and more")
        self.assertEqual(sorted(values["a"] for _, values in self.metrics()), [1.0, 2.0, 3.0, 4.0, 5.0])

    def test_the_journal_takes_no_number_that_a_program_counts_on(self):
        self.assertEqual(self.fine("import os, loopwright; loopwright.log(a=1.0); print(os.open('/dev/null', 0))"), b"3\n")

    def test_subinterpreters_are_harmless(self):
        code = ("try: import _interpreters as api\nexcept ImportError: import _xxsubinterpreters as api\n"
                "import loopwright\nloopwright.log(a=1.0)\nother = api.create()\n"
                "api.%s(other, 'import loopwright; loopwright.log(a=2.0)')\napi.destroy(other)\nloopwright.log(a=3.0)"
                % ("exec" if sys.version_info >= (3, 13) else "run_string"))
        self.fine(code, python=(sys.executable, "-W", "ignore"))
        self.assertEqual(sorted(values["a"] for _, values in self.metrics())[::2], [1.0, 3.0])


if __name__ == "__main__":
    unittest.main()
