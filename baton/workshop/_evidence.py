"""Read a report file that a command may have written: bounded, and refused in plain words."""

import errno
import json
import os
import stat
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from baton.workshop.errors import EvidenceUnreadable

# A parser needs up to thirty times the size of what it reads.
EVIDENCE_BYTES = 16 * 1024 * 1024
Shape = TypeVar("Shape")


def evidence(source: Path | bytes, what: str) -> bytes:
    """The bytes of a report; EvidenceUnreadable when it is missing, no plain file, empty or too large."""
    if isinstance(source, bytes):
        data, name = source, "the data given"
    else:
        name = repr(source.name)  # where it lies is a folder of this machine, and gone with the phase
        try:
            found = _plain_file(source)
        except FileNotFoundError as error:
            raise EvidenceUnreadable(f"there is no {what} {name}: the command did not write it") from error
        except OSError as error:
            reason = "it is a link" if error.errno == errno.ELOOP else error.strerror
            raise EvidenceUnreadable(f"there is no {what} {name} that can be read: {reason}") from error
        if found is None:
            raise EvidenceUnreadable(f"there is no {what} {name}: what lies in its place is no plain file")
        data = found
    if len(data) > EVIDENCE_BYTES:
        raise EvidenceUnreadable(f"the {what} in {name} is larger than {EVIDENCE_BYTES} bytes")
    if not data.strip():
        raise EvidenceUnreadable(f"the {what} in {name} is empty")
    return data


def json_evidence(source: Path | bytes, what: str, shape: TypeAdapter[Shape]) -> Shape:
    """A JSON report in the given shape; raises EvidenceUnreadable and names the first place that differs."""
    data = evidence(source, what)
    try:
        return shape.validate_python(json.loads(data))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the top"
        raise EvidenceUnreadable(f"the {what} is not in the form expected at {place}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise EvidenceUnreadable(f"the {what} is not JSON: {str(error)[:200]}") from error


def _plain_file(path: Path) -> bytes | None:
    """What stands in it, as far as a report may be long; None for anything but a plain file."""
    # A link or a pipe put in the report's place would have us read something else, or wait for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(EVIDENCE_BYTES + 1)
    finally:
        os.close(descriptor)
