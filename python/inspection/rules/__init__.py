"""Every rule, in the order in which they are told. A rule is a file with a NAME and a `check`; adding one adds a line."""
from __future__ import annotations

from rules import (
    absolute_path,
    changed_after_run,
    deleted_cell,
    out_of_order,
    undefined_name,
    unpinned_download,
    unpinned_install,
)

RULES = [
    out_of_order,
    changed_after_run,
    deleted_cell,
    undefined_name,
    absolute_path,
    unpinned_download,
    unpinned_install,
]
