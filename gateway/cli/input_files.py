"""Reading what people hand to a command: a file, or standard input."""

import sys
from pathlib import Path

from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.plain import line

STDIN = "-"

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_text(name: str, what: str, *, most_bytes: int) -> str:
    """The text in the file ``name`` (``-``: standard input); ``what`` is what messages call it.

    Raises CommandFailed (``bad_input``) for what is missing, no file, too large, binary or not UTF-8.
    """
    shown = "standard input" if name == STDIN else repr(name)
    try:
        raw = _read(name, most_bytes + 1)
    except FileNotFoundError:
        raise bad_input(f"There is no file {name!r} to read {what} from") from None
    except IsADirectoryError:
        raise bad_input(f"{name!r} is a folder; name the file in it that holds {what}") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise bad_input(f"{shown} cannot be read: {line(reason)}") from None
    if len(raw) > most_bytes:
        raise bad_input(
            f"{shown} is too large: {what} may have {most_bytes:,} bytes. Put large material into the repository"
        )
    return _decoded(raw, shown, what)


def bad_input(message: str, code: str = "bad_input") -> CommandFailed:
    """The error for input that cannot be used."""
    return CommandFailed(code, message, ExitCode.USAGE)


def _read(name: str, most: int) -> bytes:
    if name == STDIN:
        return sys.stdin.buffer.read(most)
    with Path(name).expanduser().open("rb") as file:
        return file.read(most)


def _decoded(raw: bytes, shown: str, what: str) -> str:
    if raw.startswith(_UTF16):
        raise bad_input(f"{shown} is UTF-16 text; save {what} as UTF-8")
    if b"\0" in raw:
        raise bad_input(f"{shown} is a binary file; {what} is text (UTF-8)")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = raw[: error.start].count(b"\n") + 1
        raise bad_input(
            f"{shown} is not UTF-8 text: byte 0x{raw[error.start]:02x} in line {number}. Save {what} as UTF-8"
        ) from None
    if not text.strip():
        raise bad_input(f"{shown} is empty; write {what} into it")
    return text
