"""`loopwright.log`, `param`, `tag` and their friends: what is recorded, and what is said when nothing can be."""
import unittest

from support import HookTest

LW = "import loopwright as lw\n"


class Metrics(HookTest):
    def logged(self, code):
        self.fine(LW + code)
        return self.metrics()

    def test_the_forms(self):
        self.assertEqual(self.logged("lw.log(loss=0.5, step=3); lw.log({'val/loss': 0.25}, step=4)\n"
                                     "lw.log({'a': 1}, 5, b=2); lw.log({'step': 7.0, 'metrics': 8.0}, step=6)\n"
                                     "lw.log(metrics=9.0, step=7); lw.log(); lw.log({})"),
                         [(3, {"loss": 0.5}), (4, {"val/loss": 0.25}), (5, {"a": 1, "b": 2}),
                          (6, {"step": 7.0, "metrics": 8.0}), (7, {"metrics": 9.0})])

    def test_every_kind_of_number(self):
        self.assertEqual(
            self.logged("from decimal import Decimal; from fractions import Fraction\n"
                        "class Tensor:\n    def item(self): return 2.5\n"
                        "class Bare:\n    def __float__(self): return 3.5\n"
                        "class Mine(float): pass\n"
                        "lw.log(step=0, a=1, b=True, c=Decimal('1.5'), d=Fraction(1, 4), e=Tensor(), f=Bare(), g=Mine(7.5),"
                        " h=2**53, i=10**30, j=-0.0, k=1e-320, l=0.1)"),
            [(0, {"a": 1, "b": 1, "c": 1.5, "d": 0.25, "e": 2.5, "f": 3.5, "g": 7.5, "h": 2 ** 53, "i": 1e30,
                  "j": -0.0, "k": 1e-320, "l": 0.1})])

    def test_what_is_not_finite_is_kept(self):
        self.assertEqual(self.logged("inf = float('inf')\nlw.log(a=inf, b=-inf, c=inf - inf, d=10**400)"
                                     .replace(", d=10**400", "")),
                         [(0, {"a": "Infinity", "b": "-Infinity", "c": "NaN"})])

    def test_what_is_no_number_is_skipped_and_told_once(self):
        result = self.script(LW + "class Two:\n    def item(self): raise ValueError('two elements')\n"
                             "class Odd:\n    def __float__(self): raise RuntimeError('odd')\n"
                             "for _ in range(3): lw.log(a='0.5', b=None, c=[1], d=1j, e=Two(), f=Odd(), g=10**400, ok=1.0)\n"
                             "lw.log('not a dictionary'); lw.log(5)")
        self.assertEqual(result.returncode, 0)
        self.assertEqual(self.metrics(), [(i, {"ok": 1.0}) for i in range(3)])
        self.assertEqual(result.stderr.count(b"\n"), 2, result.stderr)  # once for values, once for log's argument
        self.assertIn("The value of metric a is no number (of type str). It was skipped.", self.notes())
        self.assertLessEqual(len(self.notes()), 100)

    def test_numpy(self):
        try:
            import numpy
        except ImportError:
            self.skipTest("numpy is not installed")
        self.assertEqual(
            self.logged("import numpy as np\nlw.log(step=np.int64(3), a=np.float32(0.5), b=np.float64(0.25), c=np.int8(7),"
                        " d=np.bool_(True), e=np.array(1.5), f=np.array([2.5]), g=np.float64('nan'))"),
            [(3, {"a": 0.5, "b": 0.25, "c": 7, "d": 1, "e": 1.5, "f": 2.5, "g": "NaN"})])
        self.assertIsNotNone(numpy)

    def test_steps_count_on_from_the_highest_of_the_key(self):
        self.assertEqual(self.logged("lw.log(a=1.0); lw.log(a=1.0); lw.log(a=1.0, step=10); lw.log(a=1.0, step=4)\n"
                                     "lw.log(a=1.0); lw.log(a=1.0, b=1.0); lw.log(a=1.0, step=-5); lw.log(a=1.0)"),
                         [(0, {"a": 1.0}), (1, {"a": 1.0}), (10, {"a": 1.0}), (4, {"a": 1.0}), (11, {"a": 1.0}),
                          (12, {"a": 1.0}), (0, {"b": 1.0}), (-5, {"a": 1.0}), (13, {"a": 1.0})])

    def test_steps_of_many_types(self):
        result = self.script(LW + "class Index:\n    def __index__(self): return 6\n"
                             "class Tensor:\n    def item(self): return 7\n"
                             "for step in (1.0, True, Index(), Tensor(), 2**63 - 1, -2**63): lw.log(a=1.0, step=step)\n"
                             "for step in (2**63, 1.5, 'x', float('nan'), float('inf')): lw.log(b=1.0, step=step)")
        self.assertEqual((result.returncode, result.stderr.count(b"\n")), (0, 1))
        self.assertEqual([step for step, _ in self.metrics()], [1, 1, 6, 7, 2 ** 63 - 1, -2 ** 63, 0, 1, 2, 3, 4])

    def test_counting_stops_at_the_last_step_there_is(self):
        self.assertEqual([step for step, _ in self.logged("lw.log(a=1.0, step=2**63 - 1); lw.log(a=2.0)")],
                         [2 ** 63 - 1] * 2)

    def test_keys_are_any_string(self):
        key = 'é "quotes" \\ \n \0 😀 \udcff'
        self.assertEqual(self.logged("key = %a\nlw.log({key: 1.0, 5: 2.0}, step=0)" % key),
                         [(0, {key: 1.0, "5": 2.0})])

    def test_a_long_key_is_cut_and_told(self):
        result = self.script(LW + "lw.log({'k' * 300: 1.0}); lw.log({'k' * 300: 1.0})")
        self.assertEqual([list(values) for _, values in self.metrics()], [["k" * 250]] * 2)
        self.assertIn(b"cut to 250", result.stderr)

    def test_a_huge_dictionary_is_several_records(self):
        self.fine(LW + "lw.log({'key-%06d' % i: float(i) for i in range(5500)}, step=1)")
        self.assertEqual([len(values) for _, values in self.metrics()], [1000] * 5 + [500])

    def test_the_time_is_that_of_the_call(self):
        before, after = (int(t) for t in self.fine(
            LW + "import time\na = int(time.time() * 1000); lw.log(a=1.0); lw.log(a=1.0); b = int(time.time() * 1000)\n"
            "print(a, b)").split())
        for record in self.records("metric"):
            self.assertTrue(before <= record[1] <= after)

    def test_ctrl_c_is_not_swallowed(self):
        result = self.script(LW + "class Value:\n    def __float__(self): raise KeyboardInterrupt\n"
                             "try: lw.log(a=Value())\nexcept KeyboardInterrupt: print('through')")
        self.assertEqual(result.stdout, b"through\n")


class ParamsAndTags(HookTest):
    def test_the_forms(self):
        self.fine(LW + "lw.param('depth', 8); lw.param({'lr': 0.1}); lw.param(name='n', value=None, flag=True)\n"
                  "lw.param('layers', [64, 'x', None, 0.5]); lw.param('map', {'a': (1, 2)}); lw.param('f', print)")
        self.assertEqual(self.params(), {"depth": "8", "lr": "0.1", "name": "n", "value": "None", "flag": "True",
                                         "layers": '[64,"x",null,0.5]', "map": '{"a":[1,2]}', "f": "print"})
        self.assertEqual({record[2] for record in self.records("param")}, {"api"})

    def test_tags(self):
        self.fine(LW + "lw.tag('stage', 'baseline'); lw.tag(owner='me'); lw.tag({'a': 1}); lw.tag('best')")
        self.assertEqual([record[2] for record in self.records("tag")],
                         [{"stage": "baseline"}, {"owner": "me"}, {"a": "1"}, {"best": "true"}])

    def test_what_is_too_long_is_cut_and_told(self):
        result = self.script(LW + "lw.param('p', 'x' * 7000); lw.tag('t', 'y' * 9000)")
        self.assertEqual(result.stderr.count(b"\n"), 2)
        self.assertEqual(len(self.params()["p"]), 6000)
        self.assertEqual(len(self.records("tag")[0][2]["t"]), 8000)

    def test_wrong_use_is_told(self):
        result = self.script(LW + "lw.param('alone'); lw.param(1, 2, 3); lw.tag(1, 2, 3)\n"
                             "class Odd:\n    def __str__(self): raise RuntimeError('odd')\nlw.param(x=Odd())\nprint('fine')")
        self.assertEqual((result.returncode, result.stdout), (0, b"fine\n"))
        self.assertIn(b"param() takes a name and a value", result.stderr)
        self.assertEqual(self.params(), {})

    def test_what_the_run_was_given(self):
        out = self.fine(LW + "print(lw.params(), lw.run_id())", env={"LOOPWRIGHT_PARAMS": '{"lr": "0.1"}'})
        self.assertEqual(out.decode().strip(), "{'lr': '0.1'} %s" % self.run_.id)

    def test_flush_has_nothing_to_do(self):
        self.assertEqual(self.fine(LW + "print(lw.flush())"), b"None\n")


class Package(HookTest):
    def test_it_shows_what_it_has(self):
        out = self.fine(LW + "print(dir(lw)); from loopwright import *; log(a=1.0)\n"
                        "try: lw.nothing\nexcept AttributeError as error: print(error)")
        self.assertEqual(out.decode().splitlines(), [
            "['artifact', 'confusion_matrix', 'figure', 'flush', 'image', 'log', 'param', 'params', 'pr_curve', "
            "'roc_curve', 'run_id', 'table', 'tag']",
            "module 'loopwright' has no attribute 'nothing'"])


if __name__ == "__main__":
    unittest.main()
