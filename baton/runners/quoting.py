"""Quote what a program wrote last, in a message that people and Temporal can carry."""

from collections.abc import Iterable

from baton.workshop.plain import without_controls, without_escapes

_LINES = 12
_WIDTH = 240
_TAIL_BYTES = 16_384
_SHORTEST_SECRET = 6


def last_lines(*streams: bytes, secrets: Iterable[str] = ()) -> str:
    """The last lines of the first stream that has any, indented, each cut to a width.

    Without terminal escapes and control characters; of a line that was overwritten (progress bars) only the last
    state; values in ``secrets`` are replaced by ``***``.
    """
    known = tuple(secrets)
    for stream in streams:
        text = blotted(stream[-_TAIL_BYTES:].decode(errors="replace").replace("\r\n", "\n"), known)
        lines = [without_controls(line) for line in map(_last_state, without_escapes(text).split("\n"))]
        lines = [line.rstrip() for line in lines if line.strip()]
        if lines:
            return "\n".join(f"  | {_cut(line)}" for line in lines[-_LINES:])
    return "  (it wrote nothing)"


def blotted(text: str, secrets: Iterable[str]) -> str:
    """``text`` with the values in ``secrets`` that are long enough to be some replaced by ``***``.

    Of a value of several lines (a key file) each line is one.
    """
    hidden = {line.strip() for secret in secrets for line in (secret, *secret.splitlines())}
    for secret in sorted((value for value in hidden if len(value) >= _SHORTEST_SECRET), key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def _last_state(line: str) -> str:
    return line.rstrip("\r").rpartition("\r")[2]


def _cut(line: str) -> str:
    return line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"
