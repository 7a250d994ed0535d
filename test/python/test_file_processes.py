"""Every process of a run tells of its files, however it ends, and crowds of files cost little."""
import os
import signal
import subprocess
import sys
import time
import unittest

from lineage_support import LineageTest
from support import until


class Processes(LineageTest):
    def test_forks_and_how_they_end(self):
        for name in ("parent", "returns", "exits", "quits", "raises"):
            self.file(name, "x")
        self.fine("import os, sys\nopen('parent').read()\ndef child(how, name):\n    pid = os.fork()\n    if pid == 0:\n"
                  "        open('parent').read(); open(name).read(); open(name + '.out', 'w').close()\n"
                  "        how()\n    os.waitpid(pid, 0)\n"
                  "child(lambda: os._exit(0), 'quits')\nchild(lambda: sys.exit(0), 'exits')\n"
                  "def fail(): sys.stderr.close(); os.close(2); raise SystemExit(1)\nchild(fail, 'raises')\nopen('returns').read()")
        self.assertEqual(self.seen("r"), ["exits", "parent", "quits", "raises", "returns"])
        self.assertEqual(self.seen("w"), ["exits.out", "quits.out", "raises.out"])
        self.assertEqual(len([file for file in self.files() if file["path"].endswith("parent")]), 1)

    def test_workers_of_multiprocessing(self):
        methods = ["fork", "spawn", "forkserver"]
        for method in methods:
            for number in range(4):
                self.file("%s/%d.in" % (method, number), "x")
        self.fine("import multiprocessing as mp, os, sys\ndef work(name):\n    open(name).read()\n"
                  "    open(name[:-3] + '.out', 'w').close()\nif __name__ == '__main__':\n    for method in %r:\n"
                  "        names = ['%%s/%%d.in' %% (method, n) for n in range(3)]\n"
                  "        with mp.get_context(method).Pool(2) as pool: pool.map(work, names)\n"
                  "        process = mp.get_context(method).Process(target=work, args=(method + '/3.in',))\n"
                  "        process.start(); process.join(); assert process.exitcode == 0" % methods)
        for end, mode in ((".in", "r"), (".out", "w")):
            self.assertEqual(self.seen(mode), sorted("%s/%d%s" % (m, n, end) for m in methods for n in range(4)))

    def test_threads(self):
        for number in range(400):
            self.file("t%d/data" % (number // 10), "x")
        self.fine("import threading\ndef work(n):\n    for i in range(10): open('t%d/data' % n).read(); open('t%d/out%d' % (n, i), 'w').close()\n"
                  "threads = [threading.Thread(target=work, args=(n,)) for n in range(40)]\n"
                  "for t in threads: t.start()\nfor t in threads: t.join()")
        self.assertEqual(self.seen("r"), sorted("t%d/data" % n for n in range(40)))
        self.assertEqual(len(self.seen("w")), 400)

    def test_a_process_that_replaces_itself(self):
        self.file("one", "x"), self.file("two", "x")
        self.fine("import os, sys\nif len(sys.argv) < 2:\n    open('one').read(); open('a.tmp', 'w').close()\n"
                  "    os.execv(sys.executable, [sys.executable, __file__, 'again'])\nopen('two').read()")
        self.assertEqual((self.seen("r"), self.seen("w")), (["one", "two"], ["a.tmp"]))

    def test_a_killed_process_has_told_of_its_files(self):
        for number in range(50):
            self.file("in/%d" % number, "x")
        path = self.file("script.py", "import time\nfor n in range(50): open('in/%d' % n).read()\nopen('out', 'w').close()\n"
                                      "open('ready', 'w').close(); time.sleep(60)")
        env = dict(os.environ, PYTHONPATH=os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(__file__))), "python", "hook"),
                   LOOPWRIGHT_RUN_DIR=self.run_.dir, LOOPWRIGHT_CAPTURE="data", LOOPWRIGHT_ROOT=self.base)
        process = subprocess.Popen([sys.executable, path], cwd=self.base, env=env)
        until(lambda: os.path.exists(os.path.join(self.base, "ready")))
        time.sleep(0.05)  # `ready` appears inside the call that makes it
        process.send_signal(signal.SIGKILL)
        process.wait()
        self.assertEqual(len(self.seen("r")), 50)
        self.assertIn("out", self.seen("w"))

    def test_a_process_that_kills_itself(self):
        self.file("in", "x")
        self.script("import os, signal\nopen('in').read(); open('x.tmp', 'w').close(); os.kill(os.getpid(), signal.SIGKILL)")
        self.assertEqual((self.seen("r"), self.seen("w")), (["in"], ["x.tmp"]))

    def test_files_opened_while_the_interpreter_ends(self):
        """What functions at exit read is seen; finalizers that run after that are left in peace."""
        self.file("late", "x"), self.file("later", "x")
        self.fine("import atexit\nclass Late:\n    def __del__(self, open=open): open('later', 'rb').read()\nkept = Late()\n"
                  "kept.self = kept\natexit.register(lambda: open('late').read())")
        self.assertIn("late", self.seen("r"))


class Crowds(LineageTest):
    def folders(self, mode: str = "r") -> dict:
        counts = {}
        for file in self.files():
            if file.get("kind") == "folder" and file["mode"] == mode:
                name = os.path.relpath(file["path"], self.base)
                counts[name] = max(counts.get(name, 0), file["files"])
        return counts

    def test_a_folder_with_many_files(self):
        self.file("in", "x")
        self.fine("import os\nos.mkdir('many')\nfor n in range(1000): open('many/%d' % n, 'w').close()", tracked=False)
        self.fine("import os\nfor turn in range(3):\n    for n in range(1000): open('many/%d' % n).read()\n"
                  "for n in range(1000): open(os.path.abspath('many/%d' % n)).read()\n"
                  "os.mkdir('out')\nfor n in range(300): open('out/%d' % n, 'w').close()\n"
                  "os.chdir('many')\nfor n in range(1000): open(str(n)).read()\nos.chdir('..')\n"
                  "open('many/1').read(); open('in').read()")
        self.assertIn("in", self.seen("r"))
        self.assertEqual((self.folders(), self.folders("w")), ({"many": 1000}, {"out": 300}))
        self.assertLess(len(self.files()), 450)

    def test_many_folders(self):
        for name, below in (("flat", ""), ("tree", "/x")):
            self.fine("import os\nfor n in range(400):\n    os.makedirs('%s/%%d%s' %% n)\n    for m in range(3): "
                      "open('%s/%%d%s/%%d' %% (n, m), 'w').close()" % (name, below, name, below), tracked=False)
            self.fine("for n in range(400):\n    for m in range(3): open('%s/%%d%s/%%d' %% (n, m)).read()" % (name, below))
        self.assertEqual(self.folders(), {"flat": 1200, "tree": 1200})

    def test_the_projects_own_folder_never_stands_for_all_in_it(self):
        self.fine("import os\nfor n in range(300):\n    os.mkdir('d%d' % n); open('d%d/x' % n, 'w').close()", tracked=False)
        self.fine("for n in range(300): open('d%d/x' % n).read()")
        self.assertEqual((self.folders(), len(self.seen("r"))), ({}, 300))

    def test_200_000_opens(self):
        """All told, in few records, and the journal is whole."""
        self.fine("import os\nos.mkdir('many')\nfor n in range(2000): open('many/%d' % n, 'w').close()\n", tracked=False)
        self.fine("for turn in range(100):\n    for n in range(2000): open('many/%d' % n, 'rb', 0).close()")
        self.assertEqual(self.folders(), {"many": 2000})
        self.assertLess(sum(len(journal) for journal in self.run_.journals()), 300)


if __name__ == "__main__":
    unittest.main()
