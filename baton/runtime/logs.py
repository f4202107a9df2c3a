"""Logging of a process: readable text or one JSON object a line, short, and without secrets."""

import json
import logging
import sys
import traceback
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from baton.runtime.log_places import place
from baton.runtime.redaction import scrubbed

LONGEST_MESSAGE = 4_000
LONGEST_TRACEBACK = 16_000

_TEXT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"

# Loggers that tell at INFO what only their developers want to know.
_QUIET = (
    "temporalio.worker",
    "temporalio.client",
    "temporalio.bridge",
    "httpx",
    "httpx2",
    "httpcore",
    "httpcore2",
    "alembic",
    "urllib3",
    "uvicorn",
)

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime"}

# The core's own record of a forwarded line (baton.runtime.core_logs): all of it is in the message already.
_REPEATED = frozenset({"temporal_log"})


def configure_logging(
    level: str,
    style: Literal["text", "json"],
    *,
    secrets: Collection[str] = (),
    withhold: bool = False,
    stream: TextIO | None = None,
) -> None:
    """Set up the root logger of this process, in place of what was set up before.

    `secrets` are values that must never be shown, such as an API key; passwords in addresses and what is
    called a key, token or password are hidden without being told. With `withhold` nothing is told that builds are
    about: of an error its kind and where it happened, of a message its first line. Writes to standard error without
    `stream`.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    formatter = _JsonFormatter if style == "json" else _TextFormatter
    handler.setFormatter(formatter(secrets, withhold))
    root = logging.getLogger()
    for former in root.handlers[:]:
        root.removeHandler(former)
        former.close()
    root.addHandler(handler)
    root.setLevel(level)
    for name in _QUIET:
        # Who asks for DEBUG wants to see them.
        logging.getLogger(name).setLevel(logging.NOTSET if level == "DEBUG" else logging.WARNING)


class _TextFormatter(logging.Formatter):
    def __init__(self, secrets: Collection[str], withhold: bool) -> None:
        super().__init__(_TEXT)
        self._secrets = _longest_first(secrets)
        self._withhold = withhold

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        told = _first_line(record.message) if self._withhold else record.message
        record.message = _shown(told, LONGEST_MESSAGE, self._secrets)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        told = _whereabouts(ei) if self._withhold else super().formatException(ei)
        return _shown(told, LONGEST_TRACEBACK, self._secrets, keep_end=True)


class _JsonFormatter(logging.Formatter):
    def __init__(self, secrets: Collection[str], withhold: bool) -> None:
        super().__init__()
        self._secrets = _longest_first(secrets)
        self._withhold = withhold

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _shown(self._message(record), LONGEST_MESSAGE, self._secrets),
            **place(),
        }
        for key, value in record.__dict__.items():
            if key not in _STANDARD | _REPEATED:
                line.setdefault(key, self._extra(value))
        if record.exc_info:
            trace = _whereabouts(record.exc_info) if self._withhold else self.formatException(record.exc_info)
            line["exception"] = _shown(trace, LONGEST_TRACEBACK, self._secrets, keep_end=True)
        return json.dumps(line, ensure_ascii=False)

    def _message(self, record: logging.LogRecord) -> str:
        return _first_line(record.getMessage()) if self._withhold else record.getMessage()

    def _extra(self, value: object) -> object:
        if isinstance(value, Mapping):
            return {str(key): self._extra(item) for key, item in value.items()}
        if value is None or isinstance(value, bool | int | float):
            return value
        return _shown(str(value), LONGEST_MESSAGE, self._secrets)


def _first_line(message: str) -> str:
    first, *rest = message.split("\n", 1)
    return f"{first} [withheld: payloads are encrypted]" if rest else first


def _whereabouts(info: Any) -> str:
    """Kinds and places of an error and its causes, without a word of what they say."""
    told: list[str] = []
    error: BaseException | None = info[1]
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        code = getattr(error, "type", None)
        kind = f"{type(error).__qualname__} {code}" if isinstance(code, str) else type(error).__qualname__
        told[:0] = [*traceback.format_tb(error.__traceback__), f"{kind} [withheld: payloads are encrypted]\n"]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "".join(told).rstrip("\n")


def _longest_first(secrets: Collection[str]) -> list[str]:
    # A secret that is part of another one must not leave the rest of that one readable.
    return sorted(filter(None, secrets), key=len, reverse=True)


def _shown(text: str, longest: int, secrets: Collection[str], *, keep_end: bool = False) -> str:
    """The text without secrets, cut to length; of a traceback the end is what matters."""
    whole = len(text)
    # Megabytes are not searched for secrets that will be cut off anyway.
    text = text[-2 * longest :] if keep_end else text[: 2 * longest]
    for secret in secrets:
        text = text.replace(secret, "***")
    text = scrubbed(text)
    if max(len(text), whole) <= longest:
        return text
    left_out = max(len(text), whole) - longest
    return (
        f"[{left_out} characters left out] ...{text[-longest:]}"
        if keep_end
        else (f"{text[:longest]}... [{left_out} characters left out]")
    )
