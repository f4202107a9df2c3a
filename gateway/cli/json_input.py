"""JSON objects that people hand to a command."""

import json
from typing import Any

from gateway.cli.input_files import STDIN, bad_input, read_text


def read_object(given: str, what: str, *, most_bytes: int) -> dict[str, Any]:
    """The object in ``given``: JSON itself, a file's name, or ``-``. Raises CommandFailed (``bad_input``)."""
    inline = given != STDIN and given.lstrip()[:1] in ("{", "[", '"')
    text = given if inline else read_text(given, what, most_bytes=most_bytes)
    return parse_object(text, what, "what you gave" if inline else repr(given))


def parse_object(text: str, what: str, shown: str) -> dict[str, Any]:
    """The object that ``text`` holds."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise bad_input(
            f"{shown} is not JSON: {error.msg} in line {error.lineno}, column {error.colno}; {what} is one JSON object",
            "malformed",
        ) from None
    except RecursionError:
        raise bad_input(f"{shown} is nested too deep", "malformed") from None
    if not isinstance(value, dict):
        kind = "a list" if isinstance(value, list) else "a single value"
        raise bad_input(f"{shown} holds {kind}; {what} is one JSON object: {{…}}", "malformed")
    return value
