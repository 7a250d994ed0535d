"""matplotlib by itself: figures that are saved or shown without a display are kept, and nothing else changes."""
import os
import unittest

from capturing import CaptureTest

PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 2, 3])\n"


class Saved(CaptureTest):
    def content(self, path):
        with open(path, "rb") as file:
            return file.read()

    def test_a_file_that_the_script_saves_is_copied(self):
        self.captured(PLOT + """
import os, pathlib
os.mkdir("out")
plt.savefig("loss.png"); plt.savefig(pathlib.Path("out/curve.pdf")); plt.gcf().savefig(fname="bare")
plt.savefig("odd.name.", format="svg")
""")
        names = {"loss.png", "curve.pdf", "bare.png", "odd.name."}
        self.assertEqual(self.announced("figure"), {"figures/" + name for name in names})
        self.assertEqual(self.stored(), self.announced())
        for name in ("loss.png", "out/curve.pdf", "bare.png"):
            copy = self.run_.path("artifacts/figures/" + os.path.basename(name))
            self.assertEqual(self.content(os.path.join(self.base, name)), self.content(copy))

    def test_the_same_path_again_replaces_and_the_same_name_elsewhere_does_not(self):
        self.captured(PLOT + """
import os
os.mkdir("a"); os.mkdir("b")
for folder in ("a", "b", "a"):
    plt.savefig(folder + "/x.png"); plt.plot([3, 2])
""")
        self.assertEqual(self.stored(), {"figures/x.png", "figures/x-2.png"})
        self.assertEqual(self.content(self.run_.path("artifacts/figures/x.png")),
                         self.content(os.path.join(self.base, "a/x.png")))

    def test_buffers_and_failures_are_the_scripts_own(self):
        self.captured(PLOT + """
import io
buffer = io.BytesIO(); plt.savefig(buffer); assert buffer.getvalue()[:4] == b"\\x89PNG"
try: plt.savefig("x.unknown")
except ValueError: pass
try: plt.savefig("no/such/folder/x.png")
except FileNotFoundError: pass
open("open.png", "wb").close()
with open("open.png", "wb") as file: plt.savefig(file)
""")
        self.assertEqual(self.stored(), set())

    def test_figures_that_the_script_hands_over_are_kept_once(self):
        self.captured(PLOT + "import loopwright\nloopwright.figure(plt.gcf(), 'roc')")
        self.assertEqual(self.stored(), {"roc.png"})

    def test_large_files_and_many_figures(self):
        self.captured("""
from matplotlib.figure import Figure
import loopwright._matplotlib as ours
ours._MAX_BYTES = 1000
Figure(figsize=(9, 9)).savefig("large.png")
small = Figure(figsize=(1, 1))
for number in range(103): small.savefig("f%03d.png" % number, dpi=10)
""")
        self.assertEqual(len(self.stored()), 100)
        self.assertNotIn("figures/large.png", self.stored())
        self.assertEqual(len(self.notes()), 2, self.notes())


class Shown(CaptureTest):
    def test_every_open_figure_is_kept_when_there_is_no_display(self):
        self.captured(PLOT + """
import warnings; warnings.simplefilter("ignore")
plt.figure("ROC curve / test"); plt.plot([1])
plt.figure(); plt.suptitle("Loss & more"); plt.plot([2])
plt.show()
""")
        self.assertEqual(self.announced("figure"), {"figures/figure-1.png", "figures/ROC-curve-test.png",
                                                    "figures/Loss-more.png"})
        self.assertEqual(self.stored(), self.announced())

    def test_showing_again_keeps_only_what_changed(self):
        self.captured(PLOT + """
import warnings; warnings.simplefilter("ignore")
plt.show(); plt.show()
other = plt.figure(); plt.show(); plt.close(other)
plt.figure(1); plt.plot([3, 1]); plt.show()
""")
        paths = [record[2]["path"] for record in self.records("artifact")]
        self.assertEqual(paths, ["figures/figure-1.png", "figures/figure-2.png", "figures/figure-1.png"])

    def test_warnings_point_where_they_did(self):
        code = PLOT + "plt.show()\nplt.show()\nplt.title('\\u4f60'); plt.savefig('a.png'); plt.savefig('b.png')\nprint('end')"
        self.assertEqual(self.same_without(code), "end\n")
        result = self.attempt(code)
        self.assertEqual(result.stderr.count(b"script.py:5: UserWarning: Glyph"), 1, result.stderr)
        # As an error, the warning that a letter is missing ends the script where it would have without us.
        result = self.attempt(code, "-W", "error")
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"script.py\", line 5, in <module>", result.stderr)

    def test_pictures_and_state_are_the_same(self):
        self.same_without("""
import matplotlib, hashlib, inspect, io, pickle, random
import numpy as np
import matplotlib.pyplot as plt
import warnings; warnings.simplefilter("ignore")
fig, ax = plt.subplots(layout="constrained")
ax.plot([1, 2]); ax.set_title("t")
plt.show()
print(plt.get_fignums(), plt.get_backend(), fig.dpi, fig.get_facecolor(), type(fig.canvas).__name__)
for options in ({}, {"transparent": True}, {"dpi": 50, "bbox_inches": "tight"}):
    buffer = io.BytesIO(); plt.savefig(buffer, format="png", **options)
    print(hashlib.md5(buffer.getvalue()).hexdigest())
print(inspect.signature(fig.savefig), inspect.signature(plt.show), plt.show.__doc__[:30], fig.savefig.__name__)
print(pickle.loads(pickle.dumps(plt.show)) is plt.show, len(pickle.dumps(fig)) > 100)
print(np.random.get_state()[2], random.getstate()[2])
""")
        self.assertEqual(self.announced("figure"), {"figures/figure-1.png"})

    def test_nothing_where_figures_are_not_captured(self):
        self.captured(PLOT + "plt.savefig('x.png')", kinds="code,libraries,models")
        self.assertEqual(self.stored(), set())


if __name__ == "__main__":
    unittest.main()
