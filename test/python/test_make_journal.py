"""The golden journals for other readers are what they say."""
import json
import os
import subprocess
import sys
import unittest

from support import HookTest, read_journal


class Fixture(HookTest):
    def test_the_golden_journals_hold_every_kind(self):
        target = os.path.join(self.base, "golden")
        maker = os.path.join(os.path.dirname(os.path.abspath(__file__)), "make_journal.py")
        subprocess.run([sys.executable, maker, target], check=True)
        with open(os.path.join(target, "expected.json")) as file:
            expected = json.load(file)
        self.assertEqual(set(expected), {name for name in os.listdir(target) if name.endswith(".lwj")})
        kinds = set()
        for name, facts in expected.items():
            records, torn = read_journal(os.path.join(target, name))
            self.assertEqual((records, torn), (facts["records"], facts["left_bytes"]), name)
            kinds |= {record[0] for record in records}
        self.assertEqual(kinds, {"open", "metric", "param", "tag", "artifact", "note"})


if __name__ == "__main__":
    unittest.main()
