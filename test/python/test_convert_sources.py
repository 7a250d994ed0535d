"""Which file of a model is loaded, and as what: by its own name and first bytes, whatever an MLmodel says."""
import os
import pickle
import sys
import tempfile
import unittest

REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(REPOSITORY, "python", "convert"))

from loopwright_convert import sources  # noqa: E402
from loopwright_convert.problems import Refused  # noqa: E402


class FileOf(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory(prefix="lw-convert-")
        self.addCleanup(held.cleanup)
        self.folder = held.name

    def file(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def test_a_pickle_is_one_by_its_ending_or_its_first_bytes(self):
        for name in ("model.pkl", "model.joblib", "model", "model.bin"):
            path = self.file(name, pickle.dumps(1, protocol=4))
            self.assertEqual(sources._file_of(self.folder, "sklearn", {"pickled_model": name}), (path, "pickle"))

    def test_what_a_name_says_is_no_pickle_is_not_unpickled(self):
        for flavor, key in (("sklearn", "pickled_model"), ("pytorch", "model_data"), ("lightgbm", "data")):
            for name in ("weights.txt", "weights.json", "weights"):
                self.file(name, b"cposix\nsystem\n(S'true'\ntR.")
                with self.assertRaises(Refused):
                    sources._file_of(self.folder, flavor, {key: name})

    def test_a_file_outside_of_the_folder_is_none_of_its(self):
        outside = self.file("outside.pkl", pickle.dumps(1))
        inner = os.path.join(self.folder, "model")
        os.mkdir(inner)
        for name in ("../outside.pkl", outside):
            with self.assertRaises(Refused):
                sources._file_of(inner, "sklearn", {"pickled_model": name})


if __name__ == "__main__":
    unittest.main()
