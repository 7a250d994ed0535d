"""`loopwright.artifact` and `figure`: copies that appear whole, stay in their folder, and never stop the script."""
import os
import unittest

from support import HookTest

LW = "import loopwright as lw\n"


class Artifacts(HookTest):
    def stored(self):
        root = self.run_.path("artifacts")
        return {os.path.relpath(os.path.join(folder, name), root)
                for folder, _, names in os.walk(root) for name in names}

    def records_(self):
        return [record[2] for record in self.records("artifact")]

    def content(self, path):
        with open(os.path.join(self.run_.path("artifacts"), path), "rb") as file:
            return file.read()

    def test_a_file(self):
        self.file("model.bin", b"x" * 3_000_000)
        self.fine(LW + "import pathlib\nlw.artifact('model.bin'); lw.artifact(pathlib.Path('model.bin'), 'models/v1/m.bin')")
        self.assertEqual(self.records_(), [{"path": "model.bin", "size": 3_000_000, "kind": "file"},
                                           {"path": "models/v1/m.bin", "size": 3_000_000, "kind": "file"}])
        self.assertEqual(self.content("models/v1/m.bin"), b"x" * 3_000_000)
        self.assertEqual(self.stored(), {"model.bin", "models/v1/m.bin"})

    def test_a_folder(self):
        self.file("out/a.txt", "a")
        self.file("out/deep/b.txt", "bb")
        self.fine(LW + "lw.artifact('out/')")
        self.assertEqual(self.records_(), [{"path": "out", "size": 3, "kind": "directory"}])
        self.assertEqual(self.stored(), {"out/a.txt", "out/deep/b.txt"})

    def test_another_version_replaces_the_first(self):
        self.fine(LW + "import os\nos.mkdir('d')\nopen('d/old', 'w').close(); lw.artifact('d', 'x')\n"
                  "os.rename('d/old', 'd/new'); lw.artifact('d', 'x')\n"
                  "lw.artifact('d/new', 'x'); lw.artifact('d/new', 'x'); lw.artifact('d', 'x')")
        self.assertEqual(self.stored(), {"x/new"})
        self.assertEqual(os.listdir(self.run_.path("artifacts")), ["x"])

    def test_names_that_would_escape_are_refused(self):
        self.file("f", "f")
        names = ["../x", "a/../../x", "..", ".", "", "/", "a\0b", ".loopwright-x"]
        result = self.script(LW + "for name in %r: lw.artifact('f', name)\nlw.artifact('f', '/abs/x'); lw.artifact('f', 'a//./b')"
                             % names)
        self.assertEqual((result.returncode, result.stderr.count(b"\n")), (0, 1))
        self.assertEqual(len(self.notes()), len(names))
        self.assertEqual(self.stored(), {"abs/x", "a/b"})

    def test_links_lead_nowhere(self):
        outside = self.file("outside/secret.txt", "secret")
        self.file("f", "f")
        os.makedirs(self.run_.path("artifacts"))
        os.symlink(os.path.dirname(outside), self.run_.path("artifacts/link"))
        os.symlink(outside, self.run_.path("artifacts/file"))
        result = self.script(LW + "lw.artifact('f', 'link/x'); lw.artifact('f', 'file')")
        self.assertIn(b"is a link", result.stderr)
        self.assertEqual(os.listdir(os.path.dirname(outside)), ["secret.txt"])
        with open(outside) as file:
            self.assertEqual(file.read(), "secret")
        self.assertEqual(self.content("file"), b"f")
        self.assertFalse(os.path.islink(self.run_.path("artifacts/file")))

    def test_links_in_a_folder_are_followed_once(self):
        self.file("blobs/data", "data")
        os.makedirs(os.path.join(self.base, "snap"))
        os.symlink("../blobs/data", os.path.join(self.base, "snap/model"))
        os.symlink("..", os.path.join(self.base, "snap/up"))
        os.symlink("nowhere", os.path.join(self.base, "snap/broken"))
        os.symlink(".", os.path.join(self.base, "snap/self"))
        os.unlink(os.path.join(self.base, "snap/up"))
        os.mkfifo(os.path.join(self.base, "snap/pipe"))
        result = self.script(LW + "lw.artifact('snap')")
        self.assertEqual(result.returncode, 0)
        self.assertEqual(self.stored(), {"snap/model"})
        self.assertFalse(os.path.islink(self.run_.path("artifacts/snap/model")))
        self.assertEqual(self.content("snap/model"), b"data")

    def test_what_can_not_be_kept_is_told_and_leaves_nothing(self):
        os.mkfifo(os.path.join(self.base, "pipe"))
        result = self.script(LW + "lw.artifact('missing'); lw.artifact('pipe'); lw.artifact('/dev/zero'); lw.artifact(5)\n"
                             "lw.artifact('/proc/self/mem')\nimport os; lw.artifact(os.environ['LOOPWRIGHT_RUN_DIR'])\n"
                             "print('fine')")
        self.assertEqual((result.returncode, result.stdout), (0, b"fine\n"))
        self.assertEqual(self.records_(), [])
        self.assertEqual(len(self.notes()), 6)
        self.assertIn(b"missing: No such file or directory", result.stderr)
        self.assertEqual(self.stored(), set())

    def test_figures(self):
        self.file("drawn.svg", "<svg/>")
        self.fine(LW + "class Matplotlib:\n    def savefig(self, path): open(path, 'w').write('png ' + path[-4:])\n"
                  "class Axes:\n    def get_figure(self): return Matplotlib()\n"
                  "class Plotly:\n    def write_html(self, path): open(path, 'w').write('html')\n"
                  "class Image:\n    mode = 'RGB'; size = (1, 1)\n    def save(self, path): open(path, 'w').write('pil')\n"
                  "lw.figure(Matplotlib()); lw.figure(Matplotlib(), 'plots/roc'); lw.figure(Matplotlib(), 'roc.svg')\n"
                  "lw.figure(Axes()); lw.figure(Plotly(), 'loss'); lw.figure(Image(), 'sample'); lw.figure('drawn.svg')")
        self.assertEqual(self.stored(), {"figure-1.png", "plots/roc.png", "roc.svg", "figure-2.png", "loss.html",
                                         "sample.png", "drawn.svg"})
        self.assertEqual({record["kind"] for record in self.records_()}, {"figure"})
        self.assertEqual(self.content("roc.svg"), b"png .svg")

    def test_a_figure_that_fails_is_told(self):
        result = self.script(LW + "class Bad:\n    def savefig(self, path): open(path, 'w'); raise RuntimeError('no backend')\n"
                             "lw.figure(Bad()); lw.figure(object()); print('fine')")
        self.assertEqual(result.stdout, b"fine\n")
        self.assertIn("figure(): saving the figure failed: RuntimeError: no backend", self.notes())
        self.assertEqual(self.stored(), set())


if __name__ == "__main__":
    unittest.main()
