"""What a script takes from its command line becomes parameters, and argparse stays what it is."""
import os
import unittest

from support import HookTest


class Argparse(HookTest):
    parser = ("import argparse\np = argparse.ArgumentParser()\np.add_argument('--lr', type=float, default=0.1)\n"
              "p.add_argument('--layers', type=int, nargs='+', default=[64, 32])\np.add_argument('--name')\n"
              "p.add_argument('--fast', action='store_true')\np.add_argument('data', nargs='?')\n")

    def test_what_was_parsed_is_recorded(self):
        self.fine(self.parser + "print(p.parse_args())", "--lr", "0.5", "d.csv")
        self.assertEqual(self.params(), {"lr": "0.5", "layers": "[64,32]", "name": "None", "fast": "False", "data": "d.csv"})
        self.assertEqual({record[2] for record in self.records("param")}, {"argparse"})

    def test_once_and_then_only_what_changed(self):
        self.fine(self.parser + "p.parse_known_args([]); p.parse_args([]); p.parse_args(['--lr', '9'])")
        self.assertEqual([record[3] for record in self.records("param")][1:], [{"lr": "9.0"}])

    def test_subcommands_are_recorded_with_their_parser(self):
        self.fine("import argparse\np = argparse.ArgumentParser(); p.add_argument('--seed', type=int)\n"
                  "s = p.add_subparsers(dest='command'); t = s.add_parser('train'); t.add_argument('--epochs', type=int)\n"
                  "def train(args): pass\nt.set_defaults(run=train)\np.parse_args()", "--seed", "1", "train", "--epochs", "3")
        records = self.records("param")
        self.assertEqual(len(records), 1)
        self.assertEqual(records[0][3], {"seed": "1", "command": "train", "epochs": "3", "run": "train"})

    def test_intermixed_arguments(self):
        self.fine("import argparse\np = argparse.ArgumentParser(); p.add_argument('--a'); p.add_argument('rest', nargs='*')\n"
                  "p.parse_intermixed_args(['x', '--a', '1', 'y'])")
        self.assertEqual([record[3] for record in self.records("param")], [{"a": "1", "rest": '["x","y"]'}])

    def test_secrets_are_not_written_down(self):
        secret = ["password", "db_passwd", "secret", "hf_token", "token", "api_key", "apiKey", "APIKEY", "credential",
                  "auth", "auth_header", "aws_secret_access_key"]
        plain = ["tokenizer", "max_tokens", "author", "authors", "keyboard", "lr"]
        self.fine("import argparse, sys\np = argparse.ArgumentParser()\n"
                  "for name in sys.argv[1:]: p.add_argument('--' + name, default='hunter2')\n"
                  "p.add_argument('--token-dim', type=int, default=128)\np.parse_args([])", *secret, *plain)
        self.assertEqual(self.params(), {**{name: "***" for name in secret}, **{name: "hunter2" for name in plain},
                                         "token_dim": "128"})

    def test_files_paths_and_odd_values(self):
        self.file("in.txt", "")
        self.fine("import argparse, pathlib, enum\nclass Mode(enum.Enum): A = 1\n"
                  "class Odd:\n    def __str__(self): raise RuntimeError\n"
                  "p = argparse.ArgumentParser()\np.add_argument('--file', type=open)\n"
                  "p.add_argument('--path', type=pathlib.Path)\np.set_defaults(mode=Mode.A, odd=Odd(), s={'b', 'a'})\n"
                  "p.parse_args(['--file', 'in.txt', '--path', 'x/y']).file.close()")
        self.assertEqual(self.params(), {"file": "in.txt", "path": "x/y", "mode": "Mode.A", "odd": "<Odd>", "s": '["a","b"]'})

    def test_errors_and_help_are_as_ever(self):
        for arguments in (["--nonsense"], ["--lr", "x"], ["--help"]):
            with_hook = self.script(self.parser + "p.parse_args()", *arguments)
            without = self.script(self.parser + "p.parse_args()", *arguments, tracked=False, env={"PYTHONPATH": ""})
            self.assertEqual((with_hook.returncode, with_hook.stdout, with_hook.stderr),
                             (without.returncode, without.stdout, without.stderr))
        self.assertEqual(self.params(), {})

    def test_a_traceback_has_one_frame_more(self):
        code = ("import argparse, traceback\ndef bad(text): raise RuntimeError('mine')\np = argparse.ArgumentParser()\n"
                "p.add_argument('--x', type=bad)\ntry: p.parse_args(['--x', '1'])\n"
                "except RuntimeError as e: print(len(traceback.extract_tb(e.__traceback__)))")
        self.assertEqual(int(self.fine(code)), int(self.fine(code, tracked=False)) + 1)

    def test_the_class_is_still_itself(self):
        self.fine("import argparse, inspect, pickle\nP = argparse.ArgumentParser\nassert pickle.loads(pickle.dumps(P)) is P\n"
                  "assert P.parse_known_args.__qualname__ == 'ArgumentParser.parse_known_args'\n"
                  "assert list(inspect.signature(P.parse_known_args).parameters) == ['self', 'args', 'namespace']\n"
                  "class Mine(P):\n    def parse_known_args(self, args=None, namespace=None):\n"
                  "        return super().parse_known_args(args, namespace)\nm = Mine(); m.add_argument('--a')\n"
                  "ns = argparse.Namespace(); assert m.parse_args(['--a', '1'], ns) is ns\n"
                  "assert type(argparse.__loader__) is type(inspect.__loader__), argparse.__loader__\n"
                  "assert argparse.__spec__.loader is argparse.__loader__\nimport importlib; importlib.reload(argparse)\n"
                  "import sys; assert not [f for f in sys.meta_path if type(f).__module__.startswith('loopwright')]")
        self.assertEqual(self.params(), {"a": "1"})

    def test_only_the_main_process_counts(self):
        self.fine("import os, subprocess, sys\nimport argparse\nif os.fork() == 0:\n"
                  "    p = argparse.ArgumentParser(); p.add_argument('--fork'); p.parse_args([]); os._exit(0)\nos.wait()\n"
                  "subprocess.check_call([sys.executable, '-c', 'import argparse; p = argparse.ArgumentParser();"
                  "p.add_argument(\"--sub\"); p.parse_args([])'])\n"
                  "p = argparse.ArgumentParser(); p.add_argument('--main'); p.parse_args([])")
        self.assertEqual(self.params(), {"main": "None"})

    def test_a_script_that_imports_argparse_under_the_eyes_of_another_finder(self):
        self.fine("import sys\nclass Finder:\n    def find_spec(self, name, path=None, target=None): return None\n"
                  "sys.meta_path.insert(0, Finder())\nimport argparse\np = argparse.ArgumentParser(); p.add_argument('--a')\n"
                  "p.parse_args([])")
        self.assertEqual(self.params(), {"a": "None"})

    def test_when_it_was_imported_before_the_hook(self):
        packages = os.path.dirname(self.file("early/early.py", "import argparse"))
        self.file("early/early.pth", "import argparse")
        self.fine("import sys; sys.path.insert(0, %r); import loopwright._import_hook as h, argparse\n"
                  "seen = []; h.after_import('argparse', seen.append); assert seen == [argparse]" % packages)


if __name__ == "__main__":
    unittest.main()
