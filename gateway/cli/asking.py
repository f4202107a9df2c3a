"""What is asked for, put together from a file and options."""

import re
import secrets
import shutil
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.input_files import STDIN, bad_input, read_text
from gateway.cli.issues import is_issue, read_issue
from gateway.cli.json_input import parse_object
from gateway.cli.plain import line

if TYPE_CHECKING:
    from baton.domain.requests import BuildRequest

_MOST_TITLE = 200
_MOST_SLUG = 24
_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|[^/\\]+@[^/\\]+:")


@dataclass(frozen=True)
class Asked:
    """What a file asks for. ``title`` is empty where the file has none; ``note`` is for the person who handed it in."""

    title: str
    requirements: str | dict[str, Any]
    metadata: dict[str, Any] = field(default_factory=dict)
    note: str = ""


def read_request(source: str) -> Asked:
    """What a file, or ``-``, asks for: Markdown, a JSON object, or a GitHub issue in JSON.

    JSON is what comes from a file whose name ends with ``.json``, and from standard input what begins with a brace.
    """
    from baton.domain.requests import MAX_REQUEST_BYTES

    text = read_text(source, "a request", most_bytes=MAX_REQUEST_BYTES)
    if not (source.lower().endswith(".json") or (source == STDIN and text.lstrip().startswith("{"))):
        return Asked(_title(text), text)
    given = parse_object(text, "a request", "standard input" if source == STDIN else repr(source))
    if is_issue(given):
        issue = read_issue(given)
        return Asked(line(issue.title, _MOST_TITLE), issue.requirements, issue.metadata, _left_out(issue.left_out))
    title = given.get("title")
    return Asked(line(title, _MOST_TITLE) if isinstance(title, str) else "", given)


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


def derived_build_id(title: str) -> str:
    """An ID for a build that was given none: readable, and nobody else's."""
    words = re.findall(r"[a-z0-9]+", title.lower())
    slug = textwrap.shorten(" ".join(words), _MOST_SLUG, placeholder="") or "".join(words)[:_MOST_SLUG]
    return f"{slug.replace(' ', '-') or 'build'}-{secrets.token_hex(3)}"


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


def _left_out(comments: int) -> str:
    if not comments:
        return ""
    counted = "1 comment is" if comments == 1 else f"{comments} comments are"
    return f"{counted} left out: written by people who neither opened the issue nor belong to its repository"


def _title(markdown: str) -> str:
    """The first heading of the first level; without one, the first line that says something."""
    from baton.runners.toolchain.markdown import read_sections

    lines = (line(raw.strip("#*_> \t")) for raw in markdown.splitlines())
    found = line(read_sections(markdown).title) or next(filter(None, lines), "")
    return line(found, _MOST_TITLE)
