"""What is asked for at the command line, put together from a file and options."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.input_files import STDIN, bad_input, read_text
from gateway.cli.json_input import parse_object
from gateway.cli.plain import line

if TYPE_CHECKING:
    from baton.domain.requests import BuildRequest
    from gateway.asking.asked import Asked

_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|[^/\\]+@[^/\\]+:")


def read_request(source: str) -> "Asked":
    """What a file, or ``-``, asks for: Markdown, a JSON object, or a GitHub issue in JSON.

    JSON is what comes from a file whose name ends with ``.json``, and from standard input what begins with a brace.
    """
    from baton.domain.requests import MAX_REQUEST_BYTES
    from gateway.asking.asked import asked_in_object, asked_in_text

    text = read_text(source, "a request", most_bytes=MAX_REQUEST_BYTES)
    if not (source.lower().endswith(".json") or (source == STDIN and text.lstrip().startswith("{"))):
        return asked_in_text(text)
    return asked_in_object(parse_object(text, "a request", "standard input" if source == STDIN else repr(source)))


def make_request(**fields: Any) -> "BuildRequest":
    """A request, checked. Raises CommandFailed (``bad_input``) with all that is wrong."""
    from pydantic import ValidationError

    from baton.domain.model import describe
    from baton.domain.requests import BUILD_ID_PATTERN, BuildRequest

    build_id = fields["build_id"]
    if re.fullmatch(BUILD_ID_PATTERN, build_id) is None:
        from gateway.builds import BUILD_ID_RULE

        shown = build_id if len(build_id) <= 60 else build_id[:60] + "…"
        raise bad_input(f"The build ID {shown!r} cannot be used: {BUILD_ID_RULE}")
    try:
        return BuildRequest.model_validate(fields)
    except ValidationError as error:
        raise bad_input(f"The request cannot be used: {describe(error)}") from None


def repository(given: str) -> str:
    """A URL as it is, a local path made absolute. Raises CommandFailed when the path is not there."""
    if _REMOTE.match(given):
        return given
    path = Path(given).expanduser()
    try:
        path = path.resolve(strict=True)
    except (OSError, ValueError, RuntimeError):
        raise bad_input(f"There is no repository at {given!r}; give the path of a folder, or a URL") from None
    if not path.is_dir():
        raise bad_input(f"The repository {given!r} is a file; give the path of a folder, or a URL")
    return str(path)


async def look_at(repo: str, ref: str | None) -> None:
    """Raise CommandFailed when a repository of this machine cannot be built from at ``ref``. Others are not asked."""
    from baton.workshop.addresses import check_ref
    from baton.workshop.errors import WorkspaceError
    from baton.workshop.looking import look

    try:
        if ref is not None:
            check_ref(ref)
        if not _REMOTE.match(repo) and shutil.which("git") is not None:
            await look(Path(repo), ref)
    except (ValueError, WorkspaceError) as error:
        raise bad_input(f"The repository cannot be built from: {line(error)}") from None


def metadata(pairs: Sequence[str]) -> dict[str, str]:
    """``K=V`` pairs. Raises CommandFailed (usage)."""
    found: dict[str, str] = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator or not key.strip():
            raise CommandFailed("usage", f"--metadata {pair!r}: write KEY=VALUE", ExitCode.USAGE)
        if key.strip() in found:
            raise CommandFailed("usage", f"--metadata {pair!r}: {key.strip()!r} is there twice", ExitCode.USAGE)
        found[key.strip()] = value
    return found
