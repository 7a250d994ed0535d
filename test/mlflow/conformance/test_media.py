"""Figures, images and tables, which clients make into artifacts and tags."""
import json
import unittest

import mlflow
from support import ConformanceTest, since

try:
    import matplotlib.pyplot as plt
except ImportError:
    plt = None
import numpy
import pandas
from PIL import Image


class Media(ConformanceTest):
    def setUp(self):
        super().setUp()
        self.run_id = self.run_of()

    def paths(self, folder=None):
        return [file.path for file in self.client.list_artifacts(self.run_id, folder)]

    def downloaded(self, path):
        return self.client.download_artifacts(self.run_id, path, str(self.folder()))

    @unittest.skipIf(plt is None, "matplotlib is not installed")
    def test_a_figure(self):
        figure, axes = plt.subplots()
        axes.plot([1, 2, 3])
        self.client.log_figure(self.run_id, figure, "plots/curve.png")
        plt.close(figure)
        with Image.open(self.downloaded("plots/curve.png")) as image:
            self.assertEqual(image.format, "PNG")

    def test_an_image_under_a_name(self):
        self.client.log_image(self.run_id, numpy.zeros((4, 6, 3), dtype=numpy.uint8), "images/black.png")
        self.client.log_image(self.run_id, Image.new("RGB", (3, 2), "red"), "red.png")
        self.assertEqual(self.paths(), ["images", "red.png"])
        with Image.open(self.downloaded("images/black.png")) as image:
            self.assertEqual(image.size, (6, 4))
        with Image.open(self.downloaded("red.png")) as image:
            self.assertEqual(image.getpixel((0, 0)), (255, 0, 0))

    @since("2.12", "log_image with a key and steps")
    def test_images_with_steps(self):
        for step in range(3):
            image = numpy.full((4, 6, 3), step, dtype=numpy.uint8)
            self.client.log_image(self.run_id, image, key="sample", step=step, timestamp=1_700_000_000_000 + step)
        files = self.paths("images")
        full = [path for path in files if path.endswith(".png")]
        self.assertEqual((len(files), len(full)), (6, 3))
        seen = set()
        for path in full:
            with Image.open(self.downloaded(path)) as image:
                seen.add(image.getpixel((0, 0))[0])
        self.assertEqual(seen, {0, 1, 2})
        self.assertEqual(self.client.get_run(self.run_id).data.tags["mlflow.loggedImages"], "True")

    def test_a_table(self):
        self.client.log_table(self.run_id, {"question": ["a", "b"], "score": [1, 0.5]}, "eval/table.json")
        self.client.log_table(self.run_id, pandas.DataFrame({"question": ["c"], "score": [2]}), "eval/table.json")
        self.assertEqual(self.paths("eval"), ["eval/table.json"])
        tag = json.loads(self.client.get_run(self.run_id).data.tags["mlflow.loggedArtifacts"])
        self.assertEqual(tag, [{"path": "eval/table.json", "type": "table"}])
        experiment_id = self.client.get_run(self.run_id).info.experiment_id
        table = self.client.load_table(experiment_id, "eval/table.json", [self.run_id])
        self.assertEqual((list(table["question"]), list(table["score"])), (["a", "b", "c"], [1, 0.5, 2]))

    def test_tables_of_many_runs(self):
        experiment_id = mlflow.set_experiment(self.unique()).experiment_id
        for name in ("one", "two"):
            with mlflow.start_run(run_name=name):
                mlflow.log_table({"name": [name]}, "table.json")
        table = mlflow.load_table("table.json", extra_columns=["run_id"])
        self.assertEqual(sorted(table["name"]), ["one", "two"])
        self.assertEqual(len(set(table["run_id"])), 2)
        self.assertEqual(len(self.client.load_table(experiment_id, "table.json")), 2)


if __name__ == "__main__":
    unittest.main()
