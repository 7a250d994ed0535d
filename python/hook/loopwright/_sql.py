"""Names of files in DuckDB's SQL: string literals where a table may stand, and the targets of COPY."""
import re

_TOKEN = re.compile(r"""
    (?P<text>'(?:[^']|'')*') | (?P<name>"(?:[^"]|"")*") | (?P<skip>--[^\n]*|/\*.*?\*/|\$\$.*?\$\$|\s+)
  | (?P<word>[A-Za-z_]\w*) | (?P<other>.)""", re.VERBOSE | re.DOTALL)
_MAX_SQL = 1 << 18  # longer ones hold data, not names


def file_names(sql):
    """[(`read`, `write` or `attach`, name)] in the order of the text. Whether such files exist is for others to see."""
    found = []
    words = []  # of the statement, upper case
    before = ""
    if len(sql) > _MAX_SQL:
        return found
    for match in _TOKEN.finditer(sql):
        kind, token = match.lastgroup, match.group()
        if kind == "skip":
            continue
        if kind == "text":
            _literal(token[1:-1].replace("''", "'"), before, words, found)
        elif kind == "name" and before in ("FROM", "JOIN", ",") and ("." in token or "/" in token):
            found.append(("read", token[1:-1].replace('""', '"')))
        if token == ";":
            words = []
        before = token.upper() if kind in ("word", "other") else ""
        if kind == "word":
            words.append(before)
    return found


def _literal(value, before, words, found):
    first = words[:1]
    if first == ["COPY"] and before == "TO" or first == ["EXPORT"] and before == "DATABASE":
        found.append(("write", value))
    elif first == ["ATTACH"] and before in ("ATTACH", "DATABASE", "EXISTS"):
        if not value.startswith(":"):
            found.append(("attach", value))
    elif before in ("FROM", "JOIN", "(", "[", ",") or first == ["IMPORT"]:
        if "." in value or "/" in value or "*" in value:
            found.append(("read", value))
