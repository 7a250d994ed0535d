"""Why a notebook can't be run: the cause and the way out in one text, made where the knowledge is."""
from __future__ import annotations


class Refusal(Exception):
    pass
