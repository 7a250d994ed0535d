"""What is typed in a tracked terminal becomes a run, and nothing else does. A real bash on a real terminal types it."""
import ast
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

from support import HOOK_DIR

sys.path.insert(0, HOOK_DIR)
from loopwright import _take_over  # noqa: E402

# In place of the command line: it says what it was called with.
SHIM = """#!/bin/sh
echo "[RUN $*]" | sed "s#%(root)s#ROOT#g; s#--python [^ ]*##"
echo "[ENV ${PYTHONPATH-none} ${LOOPWRIGHT_TERMINAL-none}]"
"""


class Shell:
    """An interactive bash in a folder."""

    def __init__(self, folder: str, environment: dict) -> None:
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execve("/bin/bash", ["bash", "--norc", "--noprofile", "-i"], dict(environment, PS1="$ ", TERM="dumb"))
        self.seen = ""
        self.count = 0

    def type(self, line: str) -> str:
        """What was printed between a line and its end."""
        self.count += 1
        mark = "END%d" % self.count
        os.write(self.terminal, ("%s; echo E''ND%d $?\n" % (line, self.count)).encode())
        start = len(self.seen)
        deadline = time.monotonic() + 30
        while mark + " " not in self.seen[start:]:
            if time.monotonic() > deadline:
                raise AssertionError("no end of %r in %r" % (line, self.seen[start:]))
            if select.select([self.terminal], [], [], 0.1)[0]:
                self.seen += os.read(self.terminal, 65536).decode("utf-8", "replace").replace("\r", "")
        text = self.seen[start:]
        return text[text.index("\n") + 1:text.index(mark)]

    def close(self) -> None:
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


@unittest.skipIf(os.name == "nt", "needs process groups")
class Typed(unittest.TestCase):
    def setUp(self) -> None:
        self.root = os.path.realpath(tempfile.mkdtemp(prefix="lw-", dir="/tmp"))
        self.addCleanup(shutil.rmtree, self.root, True)
        self.shim = self.file("shim/loopwright", SHIM % {"root": os.path.join(self.root, "work")})
        os.chmod(self.shim, 0o755)
        self.work = os.path.join(self.root, "work")
        for name in ("train.py", "sub/deep.py", "test_it.py", "pkg/__init__.py", "pkg/train.py", "pkg/__main__.py",
                     ".venv/lib/site-packages/tool.py", "with space.py"):
            self.file("work/" + name, "print('[PLAIN]')")
        self.outside = self.file("outside.py", "print('[PLAIN]')")
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith("LOOPWRIGHT_") and name != "PYTHONPATH"}
        self.environment.update(PYTHONPATH=HOOK_DIR, LOOPWRIGHT_TERMINAL="%s\n%s/.loopwright\t%s" % (self.shim, self.work, self.work),
                                PATH=os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"])
        self.shell = Shell(self.work, self.environment)
        self.addCleanup(self.shell.close)

    def file(self, name: str, text: str) -> str:
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)
        return path

    def run_of(self, line: str) -> str:
        """The words behind the options that every run gets."""
        text = self.shell.type(line)
        head = "[RUN run --or-plain --store ROOT/.loopwright  "
        self.assertIn(head, text, line)
        return text[text.index(head) + len(head):].split("]")[0]

    def test_scripts_and_modules_of_the_workspace(self):
        for line, words in (
                ("python3 train.py --lr 0.1", "train.py --lr 0.1"),
                ("python3 -u train.py", "--python-arg=-u train.py"),
                ("python3 -uB -X dev -W error train.py -x",
                 "--python-arg=-uB --python-arg=-X --python-arg=dev --python-arg=-W --python-arg=error train.py -x"),
                ("python3 'with space.py' a", "with space.py a"),
                ("python3 %s/sub/deep.py" % self.work, "ROOT/sub/deep.py"),
                ("cd sub && python3 ../train.py; cd ..", "../train.py"),
                ("python3 -m pkg --x", "-m pkg --x"),
                ("python3 -Om pkg.train", "--python-arg=-O -m pkg.train"),
                ("X=1 nohup python3 train.py | cat", "--quiet train.py"),
                ("for i in 1; do python3 train.py $i; done", "train.py 1"),
                ("python3 train.py | cat", "train.py"),
                ("echo | python3 train.py", "train.py")):
            with self.subTest(line):
                self.assertEqual(self.run_of(line).strip(), words)

    def test_what_is_not_typed_or_no_script_is_let_alone(self):
        self.file("work/Makefile", "all:\n\tpython3 train.py\n")
        self.file("work/tool.sh", "python3 train.py\n")
        for line in ("python3 -c 'print(1)'", "python3 -m pip --version", "python3 -m unittest -h", "python3 test_it.py",
                     "python3 -m json.tool < /dev/null", "python3 %s" % self.outside, "python3 -V", "python3 < train.py",
                     "python3 .venv/lib/site-packages/tool.py", "python3 -I train.py", "bash tool.sh", "make -s",
                     "python3 -c 'import subprocess, sys; subprocess.call([sys.executable, \"train.py\"])'",
                     "python3 missing.py", "echo 'print(1)' | python3 -", "LOOPWRIGHT_TERMINAL= python3 train.py",
                     "LOOPWRIGHT_TERMINAL=/nowhere python3 train.py", "timeout 20 python3 -m http.server -h"):
            with self.subTest(line):
                self.assertNotIn("[RUN", self.shell.type(line))

    def test_a_redirected_stderr_gets_nothing_of_ours(self):
        self.assertEqual(self.run_of("python3 train.py 2> err").strip(), "--quiet train.py")

    def test_the_run_sees_the_environment_as_it_was(self):
        self.assertIn("[ENV none none]", self.shell.type("python3 train.py"))
        self.assertIn("[ENV /x:/y none]", self.shell.type("PYTHONPATH=/x:$PYTHONPATH:/y python3 train.py"))

    def test_a_shell_in_the_shell_counts_and_its_scripts_do_not(self):
        os.write(self.shell.terminal, b"bash --norc --noprofile -i\n")
        self.assertEqual(self.run_of("python3 train.py").strip(), "train.py")
        self.assertNotIn("[RUN", self.shell.type("sh -c 'python3 train.py; true'"))
        os.write(self.shell.terminal, b"exit\n")

    def test_other_pythons_load_and_read_nothing_but_two_small_files(self):
        """What it costs them is measured by bench/terminal.bench.mjs."""
        code = ("import sys\nseen = []\n"
                "def audit(event, arguments):\n"
                "    if event == 'open' or event.startswith(('os.listdir', 'os.scandir', 'os.posix_spawn', 'subprocess')):\n"
                "        seen.append('%s %s' % (event, arguments[0]))\n"
                "sys.addaudithook(audit)\nimport site\nsite.main()\nprint(repr((sorted(sys.modules), seen)))")

        def seen(environment):
            out = subprocess.run([sys.executable, "-S", "-c", code], env=environment, stdout=subprocess.PIPE, check=True)
            modules, events = ast.literal_eval(out.stdout.decode())
            return set(modules), [event for event in events if not event.endswith(".pyc")]

        modules, events = seen(self.environment)
        plain_modules, plain_events = seen({name: value for name, value in self.environment.items()
                                            if name not in ("LOOPWRIGHT_TERMINAL", "PYTHONPATH")})
        self.assertEqual(modules - plain_modules - {"sitecustomize"}, {"loopwright", "loopwright._terminal"})
        own = re.compile(r"(open|os\.listdir) " + re.escape(HOOK_DIR) + r"(/sitecustomize\.py|/loopwright/(__init__|_terminal)\.py|"
                         r"(/loopwright)?)$")
        self.assertEqual([event for event in events if event not in plain_events and not own.match(event)], [])


class Words(unittest.TestCase):
    def test_what_is_no_script(self):
        for words in ([], ["-"], ["--help"], ["-i", "a.py"], ["-ui", "a.py"], ["-X"], ["-m"], ["-m", ""], ["a"], ["a.txt"],
                      ["-c", "a.py"], ["setup.py"], ["-m", "pytest.x"], ["-m", ".a"]):
            with self.subTest(words):
                self.assertIsNone(_take_over.parse(words))

    def test_attached_values(self):
        self.assertEqual(_take_over.parse(["-Xdev", "-Wd", "-qm", "a.b", "-m"]), (["-Xdev", "-Wd", "-q"], ["-m", "a.b", "-m"]))


if __name__ == "__main__":
    unittest.main()
