"""Files that the script's own Python opens are recorded, and nothing that only Python or a library needs."""
import os
import unittest

from lineage_support import LineageTest, same_without


class Seen(LineageTest):
    def test_reading_with_the_state_it_had(self):
        path = self.file("in.csv", "a,b\n1,2\n")
        self.fine("open('in.csv').read(); open('in.csv', 'rb').read()")
        state = os.stat(path)
        file, = self.files()
        self.assertEqual(file, {"path": path, "mode": "r", "via": "audit", "size": 8, "mtime_ns": str(state.st_mtime_ns)})

    def test_each_way_to_open(self):
        for name in ("a", "b", "c", "d", "e", "f"):
            self.file(name, "x")
        self.fine("import os, pathlib, io\nopen(b'a').close(); os.close(os.open('b', os.O_RDONLY))\n"
                  "pathlib.Path('c').read_text(); io.FileIO('d').close(); open('./sub/../e').close() if os.path.isdir('sub')"
                  " else open('./e').close()\nopen(os.open('f', os.O_RDONLY)).close()")
        self.assertEqual(self.seen("r"), ["a", "b", "c", "d", "e", "f"])

    def test_each_way_to_write(self):
        self.file("update", "old"), self.file("append", "old"), self.file("cut", "old"), self.file("both", "old")
        self.fine("import os\nfor name, mode in [('new','w'),('x','x'),('append','a'),('update','r+'),('both','a+'),"
                  "('fresh','w+')]:\n    with open(name, mode) as f: f.write('text')\nos.truncate('cut', 1)\nos.link('new', 'link')")
        self.assertEqual(self.seen("w"), ["append", "both", "cut", "fresh", "link", "new", "update", "x"])
        self.assertEqual(self.seen("r"), ["both", "update"])

    def test_what_cannot_be_opened_is_no_file_of_the_run(self):
        os.mkdir(os.path.join(self.base, "folder"))
        self.fine("import os\nfor name, mode in [('gone','r'),('gone/new','w'),('gone','r+'),('folder','r'),('folder','w'),"
                  "('a\\0b','r'),('/dev/null','r'),('/dev/null','w')]:\n    try: open(name, mode).close()\n"
                  "    except (OSError, ValueError): pass\nos.mkfifo('pipe')\nos.close(os.open('pipe', os.O_RDWR))")
        self.assertEqual(self.files(), [])

    def test_paths_are_made_absolute_when_the_file_is_opened(self):
        for folder in ("one", "two"):
            self.file(folder + "/data", folder)
        self.fine("import os\nos.chdir('one'); open('data').read()\nos.chdir('../two'); open('data').read()\n"
                  "open('out', 'w').close(); os.chdir('..')")
        self.assertEqual((self.seen("r"), self.seen("w")), (["one/data", "two/data"], ["two/out"]))

    def test_an_atomic_write_is_told_of_under_its_last_name(self):
        self.fine("import os, tempfile\nwith open('model.bin.tmp', 'w') as f: f.write('1')\nos.replace('model.bin.tmp', 'model.bin')\n"
                  "with tempfile.NamedTemporaryFile('w', dir='.', delete=False) as f: f.write('2')\n"
                  "os.rename(f.name, 'other.bin')\nwith open('first', 'w') as f: f.write('3')\nos.rename('first', 'second')")
        self.assertEqual(self.seen("w"), ["first", "model.bin", "other.bin", "second"])

    def test_a_folder_that_is_renamed_when_it_is_complete(self):
        self.fine("import os\nos.mkdir('build')\nfor name in 'ab':\n    with open('build/' + name, 'w') as f: f.write('1')\n"
                  "os.rename('build', 'final')")
        self.assertEqual([name for name in self.seen("w") if name.startswith("final")], ["final/a", "final/b"])

    def test_temporary_files_are_told_of_if_they_stay(self):
        self.fine("import os, tempfile\nfor delete in (True, False):\n"
                  "    with tempfile.NamedTemporaryFile('w', dir='.', prefix='kept' if not delete else 'lost', delete=delete) as f:\n"
                  "        f.write('1')\nwith open('x.tmp', 'w') as f: f.write('1')\nos.remove('x.tmp')\n"
                  "with open('y.tmp', 'w') as f: f.write('1')")
        names = [name[:4] for name in self.seen("w")]
        self.assertEqual(names, ["kept", "y.tm"])

    def test_what_the_script_has_made_is_none_of_its_inputs(self):
        self.fine("open('a', 'w').write('1'); open('a').read()")
        self.assertEqual((self.seen("r"), self.seen("w")), ([], ["a"]))

    def test_sqlite_is_an_output_only_if_it_has_changed(self):
        self.fine("import sqlite3\nfor name in ('read.db', 'write.db', 'wal.db'):\n    with sqlite3.connect(name) as c: c.execute('create table t(a)')\n"
                  "    c.close()", tracked=False)
        self.fine("import sqlite3\nsqlite3.connect('read.db').execute('select * from t').fetchall()\n"
                  "sqlite3.connect(':memory:'); sqlite3.connect('file:read.db?mode=ro', uri=True)\n"
                  "for name in ('write.db', 'new.db'):\n    c = sqlite3.connect(name)\n    with c: c.execute('create table u(a)')\n"
                  "w = sqlite3.connect('wal.db'); w.execute('pragma journal_mode=wal')\nwith w: w.execute('create table u(a)')")
        self.assertEqual(self.seen("r"), ["read.db", "wal.db", "write.db"])
        self.assertEqual(self.seen("w"), ["new.db", "wal.db", "write.db"])

    def test_names_that_are_no_text(self):
        names = [b"new\nline", b"\xff\xfe", "ümläut".encode(), b'quote"\\', "\U0001f600".encode()]
        for name in names:
            with open(os.path.join(os.fsencode(self.base), name), "wb") as file:
                file.write(b"x")
        self.fine("import os\nfor name in os.listdir(b'.'):\n    if name != b'script.py': open(name).close()")
        self.assertEqual(self.seen("r"), sorted(os.fsdecode(name) for name in names))

    def test_relative_to_a_folder_that_is_only_a_descriptor(self):
        """The audit event does not say the folder, so such a file is missing, but it is not taken for another one."""
        self.file("sub/data", "x")
        self.fine("import os\nd = os.open('sub', os.O_RDONLY)\nos.close(os.open('data', os.O_RDONLY, dir_fd=d))\n"
                  "os.rename('data', 'moved', src_dir_fd=d, dst_dir_fd=d)")
        self.assertEqual(self.files(), [])

    def test_a_file_that_is_replaced_while_it_is_used(self):
        """The first state is the one that was read; what replaced it is an output."""
        path = self.file("data", "first")
        before = str(os.stat(path).st_mtime_ns)
        self.fine("import os\nopen('data').read()\nwith open('data.tmp', 'w') as f: f.write('longer than it was')\n"
                  "os.replace('data.tmp', 'data'); open('data').read()")
        read, = [file for file in self.files() if file["mode"] == "r"]
        self.assertEqual((read["size"], read["mtime_ns"]), (5, before))
        self.assertEqual(self.seen("w"), ["data"])

    def test_urls_without_what_is_secret_in_them(self):
        self.fine("import urllib.request\nfor url in ['http://user:pw@127.0.0.1:1/a/b.csv?sig=secret#x']:\n"
                  "    try: urllib.request.urlopen(url, timeout=1)\n    except OSError: pass\n    except Exception: pass")
        self.assertEqual([(file["path"], file["kind"]) for file in self.files()], [("http://127.0.0.1:1/a/b.csv", "remote")])


class Unseen(LineageTest):
    def test_what_python_and_libraries_need(self):
        self.file("package/__init__.py", ""), self.file("settings.env", "x"), self.file(".env", "SECRET=1")
        self.file(".venv/lib/python3/site-packages/data.csv", "x")
        self.fine("import json, decimal, package, traceback\nopen('.env').read()\n"
                  "open('.venv/lib/python3/site-packages/data.csv').read(); open(json.__file__).read(); open('/etc/passwd').read()\n"
                  "try: 1/0\nexcept ZeroDivisionError: traceback.format_exc()\nopen(__file__).read()")
        self.assertEqual(self.files(), [])

    def test_the_run_itself(self):
        self.fine("import os, loopwright\nloopwright.log(a=1.0)\nrun = os.environ['LOOPWRIGHT_RUN_DIR']\n"
                  "open(os.path.join(run, 'spec.json')).read(); open(os.path.join(run, 'x'), 'w').close()\n"
                  "open('a.txt', 'w').close(); loopwright.artifact('a.txt')")
        self.assertEqual((self.seen("r"), self.seen("w")), ([], ["a.txt"]))

    def test_nothing_is_recorded_that_is_switched_off(self):
        self.file("in", "x"), self.file("module.py", "")
        for kinds, wanted in (("", set()), ("models", set()), ("code", {"loaded"}), ("data", {"file"})):
            with self.subTest(kinds):
                self.kinds = kinds
                self.setUp_again()
                self.fine("import module\nopen('in').read()")
                kinds_seen = {record[0] for journal in self.run_.journals() for record in journal}
                self.assertEqual(kinds_seen - {"open"}, wanted)

    def setUp_again(self):
        from support import Run
        self.run_ = Run(self.store, ["unused"])


class Sources(LineageTest):
    def test_sources_as_they_were_when_they_were_loaded(self):
        module, unused = self.file("package/module.py", "x = 1\n"), self.file("unused.py", "")
        self.file(".venv/lib/python3.11/site-packages/lib.py", ""), self.file("package/__init__.py", "")
        before = os.stat(module)
        self.fine("import sys\nsys.path.append('.venv/lib/python3.11/site-packages')\nimport lib, json, package.module\n"
                  "open('package/module.py', 'a').write('x = 2')\nexec('y = 1'); exec(compile('z = 1', '<cell>', 'exec'))\n"
                  "exec(compile('z = 1', 'no-such.py', 'exec'))")
        loaded = {path: (mtime, size) for record in self.records("loaded") for path, mtime, size in record[2]}
        self.assertEqual(sorted(os.path.relpath(path, self.base) for path in loaded),
                         ["package/__init__.py", "package/module.py", "script.py"])
        self.assertEqual(loaded[module], (str(before.st_mtime_ns), 6))
        self.assertNotIn(unused, loaded)

    def test_code_of_workers_and_of_relative_scripts(self):
        self.file("worker.py", "open('from-worker', 'w').close()")
        self.fine("import subprocess, sys\nsubprocess.check_call([sys.executable, 'worker.py'])")
        loaded = {os.path.basename(path) for record in self.records("loaded") for path, _, _ in record[2]}
        self.assertEqual(loaded, {"script.py", "worker.py"})
        self.assertEqual(self.seen("w"), ["from-worker"])


class Unchanged(LineageTest):
    def test_output_is_the_same_as_without(self):
        self.file("in", "x")
        for code in (
            "import os; print(os._exit.__name__, os._exit.__doc__)",
            "import pickle, os; print(pickle.loads(pickle.dumps(os._exit)) is os._exit)",
            "import inspect, os; print(inspect.signature(os._exit))",
            "import os; os._exit(7)",
            "import os\ntry: os._exit('x')\nexcept TypeError as error: print(error)",
            "open('gone')", "open('in', 'q')", "open('in\\0')",
            "import random\nrandom.seed(3); print(random.random(), random.seed.__name__)\nrandom.seed(a=4, version=1)\n"
            "print(random.random())",
            "import random\ntry: random.seed([1])\nexcept TypeError as error: print(error)",
        ):
            with self.subTest(code):
                same_without(self, code)

    def test_no_module_is_loaded_from_a_file_that_would_not_be(self):
        code = "import sys; print('\\n'.join(sorted(m for m in sys.modules if m not in sys.builtin_module_names)))"
        with_hook = set(self.fine(code).split())
        without = set(self.fine(code, env={"PYTHONPATH": ""}, tracked=False).split())
        allowed = {b"zlib", b"fcntl", b"_json"}  # of the journal: extensions of Python's own
        self.assertEqual({name for name in with_hook - without if not name.startswith((b"loopwright", b"sitecustomize"))}
                         - allowed, set())

    def test_deep_recursion(self):
        """At the end of the stack our code has no room either. What the script sees is the RecursionError that it makes."""
        self.file("in", "x"), self.file("later/in", "x")
        out = self.fine("import sys\ndef f(n):\n    open('in', 'rb', 0).close()\n    try: open('out%d' % n, 'wb', 0).close()\n"
                        "    except FileNotFoundError: pass\n    return f(n + 1)\n"
                        "try: f(0)\nexcept RecursionError: print('deep')\nopen('later/after', 'w').close()")
        self.assertEqual(out, b"deep\n")
        self.assertIn("later/after", self.seen("w"))

    def test_exceptions_of_signal_handlers_come_through(self):
        """A handler's exception may surface inside the hook; swallowing it would take the script's timeout away."""
        out = self.fine("import signal\nclass Late(OSError): pass\ndef handler(*_): raise Late()\n"
                        "signal.signal(signal.SIGALRM, handler)\ncaught = 0\nfor i in range(40):\n"
                        "    signal.setitimer(signal.ITIMER_REAL, 0.003 + i / 20000)\n    try:\n        n = 0\n"
                        "        while True:\n            n += 1\n            try: open('/tmp/../nowhere/%d' % n)\n"
                        "            except FileNotFoundError: pass\n    except Late: caught += 1\nprint(caught)")
        self.assertEqual(out, b"40\n")

    def test_a_script_with_audit_hooks_of_its_own(self):
        self.file("in", "x")
        same_without(self, "import sys\nseen = []\nsys.addaudithook(lambda e, a: seen.append(a[0]) if e == 'open' else None)\n"
                           "open('in').read(); open('out', 'w').close(); open('in').read()\nprint([n for n in seen if n in ('in', 'out')])")
        result = self.script("import sys\ndef no(event, args):\n    if event == 'open' and args[0] == 'in': raise PermissionError('mine')\n"
                             "sys.addaudithook(no)\ntry: open('in')\nexcept PermissionError as e: print(e)")
        self.assertEqual((result.stdout, result.stderr), (b"mine\n", b""))

    def test_a_script_that_closes_what_it_does_not_know(self):
        self.file("in", "x"), self.file("in2", "x")
        self.fine("import os\nopen('in').read(); os.closerange(3, 1000); open('in2').read(); open('out', 'w').close()")
        self.assertEqual((self.seen("r"), self.seen("w")), (["in", "in2"], ["out"]))

    def test_a_current_folder_that_is_gone(self):
        out = self.fine("import os\nos.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')\ntry: open('x', 'w')\n"
                        "except FileNotFoundError: print('as ever')")
        self.assertEqual(out, b"as ever\n")


if __name__ == "__main__":
    unittest.main()
