"""What is asked for, put together from a file and options."""

import re
import secrets
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.input_files import bad_input, read_text
from gateway.cli.json_input import parse_object
from gateway.cli.plain import line

if TYPE_CHECKING:
    from baton.domain.requests import BuildRequest

_MOST_TITLE = 200
_MOST_SLUG = 24
_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|[^/\\]+@[^/\\]+:")


def read_request(source: str) -> tuple[str, str | dict[str, Any]]:
    """The title and the requirements in a file: Markdown, or a JSON object when its name ends with ``.json``."""
    from baton.domain.requests import MAX_REQUEST_BYTES

    text = read_text(source, "a request", most_bytes=MAX_REQUEST_BYTES)
    if source.lower().endswith(".json"):
        given = parse_object(text, "a request", repr(source))
        title = given.get("title")
        return (line(title, _MOST_TITLE) if isinstance(title, str) else ""), given
    return _title(text), text


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


def _title(markdown: str) -> str:
    """The first heading of the first level; without one, the first line that says something."""
    from baton.runners.toolchain.markdown import read_sections

    lines = (line(raw.strip("#*_> \t")) for raw in markdown.splitlines())
    found = line(read_sections(markdown).title) or next(filter(None, lines), "")
    return line(found, _MOST_TITLE)
