"""What must not be written down. The words are those of src/client/secretArguments.ts; a test holds both equal."""

# As a part of a name these mean a secret wherever they stand: `db_password`, `mysecret`, `AWS_SECRET_KEY`.
SECRET_PARTS = ("password", "passwd", "passphrase", "secret", "api_key", "apikey", "credential")
# These only as a word: `tokenizer`, `max_tokens` and `author` are no secrets.
SECRET_WORDS = ("auth", "authtoken", "accesstoken")
HIDDEN = "***"

# Every name of a secret has one of these in it, and every address with credentials the last.
_HINTS = ("pass", "secret", "key", "credential", "auth", "token", "://")


def is_secret(name, value):
    """Whether a name says that its value must not be written down. A number under `token` is a size, not a secret."""
    import re

    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", str(name)).lower()
    words = re.sub(r"[^a-z0-9]+", "_", words).split("_")
    joined = "_".join(words)
    if any(part in joined for part in SECRET_PARTS) or any(word in SECRET_WORDS for word in words):
        return True
    return "token" in words and isinstance(value, (str, bytes, list, tuple, dict))


def mask_arguments(words):
    """The words of a command line with `***` for what looks like a secret."""
    lowered = " ".join(words).lower()
    if not any(hint in lowered for hint in _HINTS):
        return list(words)  # most are: without the module `re`, which the script may not need
    return [_mask(word, words[index - 1] if index else "") for index, word in enumerate(words)]


def _mask(word, before):
    import re

    option = re.match(r"--?([A-Za-z][\w.-]+)$", before)
    if option and word and not word.startswith("-") and is_secret_text(option.group(1), word):
        return HIDDEN
    assigned = re.match(r"((?:--?)?[A-Za-z_][\w.-]*=)(.+)$", word, re.DOTALL)
    if assigned and is_secret_text(assigned.group(1), assigned.group(2)):
        return assigned.group(1) + HIDDEN
    return re.sub(r"(?i)\b([a-z][a-z\d+.-]*://[^\s/:@]*:)[^\s/@]+@", r"\1***@", word)


def is_secret_text(name, value):
    """A number on a command line is text as well."""
    try:
        return is_secret(name, float(value))
    except ValueError:
        return is_secret(name, value)
