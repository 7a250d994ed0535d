"""The table in docs/capture.md is what is really seen."""
import unittest

import lineage_table
from lineage_support import CAPTURE_PYTHON, NEEDS_LIBRARIES


@NEEDS_LIBRARIES
class Table(unittest.TestCase):
    def test_it_says_what_was_observed(self):
        self.maxDiff = None
        self.assertEqual(lineage_table.as_markdown(lineage_table.observed(CAPTURE_PYTHON)), lineage_table.committed())


if __name__ == "__main__":
    unittest.main()
