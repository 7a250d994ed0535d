"""Every rule, in the order in which they are told. A rule is a file with a NAME and a `check`; adding one adds a line."""
from __future__ import annotations

RULES: list = []
