"""What is said of a run's environment, by whatever Python it has."""
import hashlib
import json
import os
import subprocess
import sys
import unittest

from observing import LIBRARIES, ObserverTest, needs_libraries, on_linux
from support import HOOK_DIR, WAITS, is_running, until

OBSERVER_DIR = os.path.join(os.path.dirname(HOOK_DIR), "observer")
PROGRAM = os.path.join(OBSERVER_DIR, "environment.py")
KIND = ("environment",)


class Packages(ObserverTest):
    """Packages as they lie in a folder on the path: what makes one a package is its metadata alone."""

    def distribution(self, name: str, metadata: "str | None", **files: str) -> None:
        folder = "site/%s.dist-info/" % name
        if metadata is not None:
            files["METADATA"] = metadata
        for file, content in files.items():
            self.file(folder + file.replace("direct_url", "direct_url.json").replace("top_level", "top_level.txt"), content)

    def packages(self) -> dict:
        done = subprocess.run([sys.executable, PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True,
                              env={"PYTHONPATH": os.path.join(self.base, "site"), "PYTHONDONTWRITEBYTECODE": "1"})
        self.assertEqual(done.stderr, b"")
        return {package["name"]: package for package in json.loads(done.stdout)["packages"]}

    def test_name_version_and_modules(self):
        self.distribution("alpha-1.0", "Metadata-Version: 2.1\nName: Alpha\nVersion: 1.0\n\nName: no\n", top_level="a\nb\n")
        self.distribution("beta-2.0", "Name: beta\nVersion: 2.0\n",
                          RECORD="beta_lib/__init__.py,,\n_beta.cpython-311-x86_64-linux-gnu.so,,\nsingle.py,,\n"
                                 "../../bin/beta,,\nbeta-2.0.dist-info/METADATA,,\n__pycache__/single.cpython-311.pyc,,\n")
        self.distribution("gamma_lib-3.0", "Name: gamma-lib\nVersion: 3.0\n")
        found = self.packages()
        self.assertEqual((found["Alpha"]["version"], found["Alpha"]["modules"]), ("1.0", ["a", "b"]))
        self.assertEqual(found["beta"]["modules"], ["_beta", "beta_lib", "single"])
        self.assertEqual(found["gamma-lib"]["modules"], ["gamma_lib"])

    def test_origins_without_credentials(self):
        urls = {
            "vcs": ({"url": "https://user:secret@host/r.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}},
                    "git+https://host/r.git@abc"),
            "editable": ({"url": "file:///home/me/my%20code", "dir_info": {"editable": True}}, "editable /home/me/my code"),
            "archive": ({"url": "https://token@host/x.whl?sig=secret#y", "archive_info": {}}, "https://host/x.whl"),
            "broken": ("{", None),
            "odd": ([1], None),
        }
        for name, (document, _) in urls.items():
            self.distribution(name + "-1", "Name: %s\nVersion: 1\n" % name,
                              direct_url=document if isinstance(document, str) else json.dumps(document))
        found = self.packages()
        self.assertEqual({name: found[name]["origin"] for name in urls}, {name: want for name, (_, want) in urls.items()})

    def test_broken_and_huge_ones(self):
        self.distribution("noversion-0", "Name: noversion\n")
        self.distribution("nothing-4.5", None, RECORD="")
        self.distribution("huge-1", "Name: huge\nVersion: 1\n\n" + "long description\n" * 500_000)
        self.distribution("bytes-1", "Name: bytes\nVersion: 1\nAuthor: \udcff\n".encode("utf-8", "surrogateescape"))
        os.makedirs(os.path.join(self.base, "site", "folder-1.dist-info", "METADATA"))
        os.symlink("loop-1.dist-info", os.path.join(self.base, "site", "loop-1.dist-info"))
        found = self.packages()
        self.assertEqual(found["noversion"]["version"], "0")
        self.assertEqual(found["nothing"]["version"], "4.5")
        self.assertEqual(found["huge"]["version"], "1")
        self.assertEqual(found["bytes"]["version"], "1")
        self.assertEqual(found["folder"]["version"], "1")

    def test_2000_packages(self):
        for index in range(2000):
            self.distribution("p%d-1" % index, "Name: p%d\nVersion: 1.%d\n" % (index, index))
        run = self.complete(self.observed_python("import os", kinds=KIND,
                                                 env={"PYTHONPATH": os.path.join(self.base, "site")}))
        found = self.facts(run, "packages")
        self.assertEqual(found["p1999"], {"version": "1.1999", "origin": None, "imported": False})
        self.assertGreaterEqual(len(found), 2000)
        self.assertEqual(self.done(run), {"environment": None})

    def test_no_module_of_ours_answers_for_another(self):
        """Names such as `metrics` and `files` are the user's, also for a sitecustomize that the interpreter loads."""
        path = os.path.dirname(self.file("mine/sitecustomize.py", "import metrics; open(metrics.mark, 'w').close()"))
        mark = os.path.join(self.base, "mark")
        self.file("mine/metrics.py", "mark = %r" % mark)
        subprocess.run([sys.executable, PROGRAM], stdout=subprocess.PIPE, check=True, env={"PYTHONPATH": path})
        self.assertTrue(os.path.exists(mark))


class Environment(ObserverTest):
    @needs_libraries
    def test_what_was_imported_is_told_from_the_rest(self):
        run = self.complete(self.observed_python("import numpy, dateutil", kinds=KIND, python=LIBRARIES))
        packages = self.facts(run, "packages")
        self.assertTrue(packages["numpy"]["imported"])
        self.assertTrue(packages["python-dateutil"]["imported"])
        self.assertFalse(packages["polars"]["imported"])
        self.assertRegex(packages["numpy"]["version"], r"^\d+\.\d+")
        facts = self.facts(run, "environment")
        self.assertIn("numpy", facts["imported"])
        self.assertNotIn("json", facts["imported"])
        self.assertEqual(facts["executable"], LIBRARIES)
        self.assertEqual(facts["venv"], os.path.dirname(os.path.dirname(LIBRARIES)))

    @on_linux
    @needs_libraries
    def test_blas_by_its_library_and_by_threadpoolctl(self):
        for code, threads in (("import numpy", None), ("import numpy, threadpoolctl", 1)):
            run = self.complete(self.observed_python(code, kinds=KIND, python=LIBRARIES,
                                                     env={"OPENBLAS_NUM_THREADS": "1"}))
            blas = self.facts(run, "environment")["blas"]
            self.assertTrue(any("openblas" in one["name"] and one["threads"] == threads for one in blas), blas)

    @on_linux
    @needs_libraries
    def test_threads_are_those_that_threadpoolctl_says(self):
        code = ("import ctypes, glob, importlib.util, json, numpy, os, threadpoolctl\n"
                "site = os.path.dirname(os.path.dirname(importlib.util.find_spec('sklearn').origin))\n"
                "ctypes.CDLL(glob.glob(site + '/scikit_learn.libs/libgomp*')[0])\n"
                "json.dump(threadpoolctl.threadpool_info(), open('said.json', 'w'))")
        run = self.complete(self.observed_python(code, kinds=KIND, python=LIBRARIES))
        with open(os.path.join(self.root, "said.json")) as file:
            said = [(one["internal_api"], one["num_threads"], one["version"], one["user_api"]) for one in json.load(file)]
        self.assertGreaterEqual({one[3] for one in said}, {"blas", "openmp"})
        found = [(one["name"], one["threads"], one["version"], one["api"])
                 for one in self.facts(run, "environment")["blas"]]
        self.assertCountEqual(found, [(name, threads, version, api) for name, threads, version, api in said])

    def test_a_long_script_is_asked_for_beside_it_and_imports_are_told_at_its_end(self):
        site = os.path.join(self.base, "site")
        self.file("site/late-1.dist-info/METADATA", "Name: late\nVersion: 1\n")
        self.file("site/late.py", "")
        run = self.observed_python(WAITS + "\nimport late", kinds=KIND, env={"PYTHONPATH": site})
        process = self.start(run)
        until(lambda: "python" in self.facts(run, "environment"), "what the interpreter says", 30)
        self.assertTrue(is_running(run.state["child"]["pid"]))
        self.assertEqual(self.done(run), {})
        self.project_file("go")
        self.assertEqual(process.wait(20), 0)
        self.observer_ended(run)
        self.assertTrue(self.facts(run, "packages")["late"]["imported"])
        self.assertEqual(self.done(run), {"environment": None})

    def test_a_command_that_starts_a_python(self):
        run = self.observed(["/bin/sh", "-c", '"%s" -c "import this" > /dev/null' % sys.executable], KIND,
                            kind="command", interpreter=None)
        self.complete(run)
        self.assertEqual(self.facts(run, "environment")["executable"], sys.executable)
        self.assertEqual(self.done(run), {"environment": None})

    def test_a_command_without_any_python(self):
        run = self.complete(self.observed(["/bin/true"], KIND, kind="command", interpreter=None))
        facts = self.facts(run, "environment")
        self.assertNotIn("python", facts)
        self.assertIn("os", facts)
        self.assertEqual(self.done(run), {"environment": None})

    def test_an_interpreter_that_is_broken_or_gone(self):
        broken = self.file("broken", "#!/bin/sh\necho 'it is broken' >&2; exit 3\n")
        silent = self.file("silent", "#!/bin/sh\necho no json\n")
        for path in (broken, silent):
            os.chmod(path, 0o755)
        for interpreter, reason in ((broken, "it is broken"), (silent, "no JSON document"),
                                    (os.path.join(self.base, "gone"), "was not found")):
            run = self.complete(self.observed(["/bin/true"], KIND, interpreter=interpreter))
            self.assertIn(reason, self.done(run)["environment"])

    def test_lock_files(self):
        content = {"uv.lock": "a", "requirements.txt": "b", "requirements-dev.txt": "c", "pyproject.toml": "d",
                   "environment.yml": "e", "other.txt": "f"}
        for name, text in content.items():
            self.project_file(name, text)
        os.mkdir(os.path.join(self.root, "poetry.lock"))
        run = self.complete(self.observed_python("pass", kinds=KIND))
        found = {os.path.basename(one["path"]): one["md5"] for one in self.facts(run, "environment")["lockFiles"]}
        del content["other.txt"]
        self.assertEqual(found, {name: hashlib.md5(text.encode()).hexdigest() for name, text in content.items()})

    def test_variables_of_the_list_and_no_secret(self):
        run = self.complete(self.observed_python("pass", kinds=KIND, env={
            "OMP_NUM_THREADS": "3", "MKL_CBWR": "COMPATIBLE", "MKL_LICENSE_TOKEN": "secret", "AWS_SECRET_ACCESS_KEY": "secret",
            "TOKENIZERS_PARALLELISM": "false", "MY_SETTING": "secret", "LC_MESSAGES": "https://me:secret@host/x",
            "PYTHONHASHSEED": "0", "PYTHONPATH": "/mine"}))
        variables = self.facts(run, "environment")["variables"]
        self.assertEqual(variables["OMP_NUM_THREADS"], "3")
        self.assertEqual(variables["MKL_CBWR"], "COMPATIBLE")
        self.assertEqual(variables["TOKENIZERS_PARALLELISM"], "false")
        self.assertEqual(variables["PYTHONPATH"], "/mine")
        self.assertEqual(variables["LC_MESSAGES"], "https://host/x")
        everything = json.dumps(run.journals())
        self.assertNotIn("secret", everything)

    def test_environments_that_make_a_python_stop_or_talk(self):
        run = self.complete(self.observed([sys.executable, "-E", "-c", "pass"], KIND, env={
            "PYTHONINSPECT": "1", "PYTHONWARNINGS": "error", "PYTHONVERBOSE": "1", "PYTHONSTARTUP": "/no/such/file"}))
        self.assertIn("python", self.facts(run, "environment"))
        self.assertEqual(self.done(run), {"environment": None})


class FromInside(ObserverTest):
    """The part of the hook that tells what was imported."""

    def imported(self, code: str) -> list:
        run = self.observed_python(code, kinds=KIND)
        self.finish(run)
        self.observer_ended(run)
        return [record[3]["imported"] for record in run.records("facts") if "imported" in record[3]]

    def test_once_and_from_the_main_process_alone(self):
        self.assertEqual(len(self.imported("import os, sys, subprocess, multiprocessing\n"
                                           "subprocess.run([sys.executable, '-c', 'pass'])\n"
                                           "if os.fork() == 0: sys.exit()\nos.wait()\n")), 1)

    def test_after_the_scripts_own_exit_handlers(self):
        self.project_file("late_module.py", "")
        found = self.imported("import atexit\ndef late():\n    import late_module\natexit.register(late)")
        self.assertIn("late_module", found[0])

    def test_a_script_that_fails_and_one_that_leaves_at_once(self):
        self.assertEqual(len(self.imported("1/0")), 1)
        self.assertEqual(self.imported("import os; os._exit(3)"), [])

    def test_odd_entries_in_sys_modules(self):
        code = "import sys\nsys.modules['\\udcff'] = None\nsys.modules['odd'] = 7\nsys.modules['threadpoolctl'] = object()"
        self.assertIn("odd", self.imported(code)[0])


class Bytecode(ObserverTest):
    """The hook's own, where Python is told to write none."""

    def run_with(self, parts: str) -> str:
        run = self.observed_python("pass", kinds=KIND, hook_dir=os.path.join(parts, "hook"))
        done = subprocess.run([sys.executable, "-I", "-S", os.path.join(parts, "runner"), run.dir], check=True,
                              stderr=subprocess.PIPE, env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"))
        self.observer_ended(run)
        self.assertEqual(run.state["hook"], "loaded")
        return done.stderr.decode()

    def bytecode(self, parts: str) -> dict:
        """Time of each file of it."""
        folder = os.path.join(parts, "hook", "loopwright", "__pycache__")
        names = os.listdir(folder) if os.path.isdir(folder) else []
        return {name.partition(".")[0]: os.stat(os.path.join(folder, name)).st_mtime_ns for name in names}

    def test_is_kept_for_the_next_run(self):
        parts = self.python_parts()
        self.run_with(parts)
        first = self.bytecode(parts)
        sources = {name[:-3] for name in os.listdir(os.path.join(parts, "hook", "loopwright")) if name.endswith(".py")}
        self.assertEqual(set(first), sources)
        source = os.path.join(parts, "hook", "loopwright", "_seeds.py")
        with open(source, "a") as file:
            file.write("# another state\n")
        self.run_with(parts)
        second = self.bytecode(parts)
        self.assertEqual({name for name in sources if second[name] != first[name]}, {"_seeds"})
        done = subprocess.run([sys.executable, "-v", "-c", "import loopwright._seeds"], stderr=subprocess.PIPE, check=True,
                              env={"PYTHONPATH": os.path.join(parts, "hook"), "PYTHONDONTWRITEBYTECODE": "1"})
        self.assertRegex(done.stderr.decode(), r"# code object from .*_seeds\.[\w-]+\.pyc")

    def test_a_folder_that_can_not_be_written_to(self):
        parts = self.python_parts()
        in_the_way = os.path.join(parts, "hook", "__pycache__")
        with open(in_the_way, "w"):
            pass
        self.assertEqual(self.run_with(parts), "")
        self.assertTrue(os.path.isfile(in_the_way))


class Models(ObserverTest):
    def with_converter(self, program: str, models: bool = True):
        parts = self.python_parts()
        os.makedirs(os.path.join(parts, "models"), exist_ok=True)
        with open(os.path.join(parts, "models", "convert.py"), "w") as file:
            file.write(program)
        code = "import os\nfolder = os.environ['LOOPWRIGHT_RUN_DIR'] + '/artifacts/models/m'\nos.makedirs(folder)" if models else "pass"
        run = self.observed_python(code, kinds=("models",))
        subprocess.run([sys.executable, "-I", "-S", os.path.join(parts, "runner"), run.dir], check=True)
        self.observer_ended(run)
        return run

    def test_the_converter_gets_the_run_and_says_itself_when_it_is_done(self):
        run = self.with_converter("import os, sys\nopen(sys.argv[1] + '/converted', 'w').write(sys.executable)\n"
                                  "assert 'LOOPWRIGHT_RUN_DIR' not in os.environ")
        with open(run.path("converted")) as file:
            self.assertEqual(file.read(), sys.executable)
        self.assertEqual(self.done(run), {})

    def test_one_that_fails_is_said(self):
        run = self.with_converter("raise SystemExit('no such model')")
        self.assertEqual(self.done(run), {"models": "The models could not be converted: no such model."})

    def test_without_models_nothing_is_run(self):
        run = self.with_converter("raise SystemExit('was run')", models=False)
        self.assertEqual(self.done(run), {"models": None})


if __name__ == "__main__":
    unittest.main()
