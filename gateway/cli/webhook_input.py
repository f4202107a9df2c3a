"""What people say of a webhook: its name, its address, its secret."""

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from baton.domain.notices import NOTICE_KINDS, NoticeKind, notice_kind
from gateway.cli.exit_codes import CommandFailed, ExitCode

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MOST_BYTES = 4096


def check_name(name: str) -> None:
    """Raise CommandFailed unless it can be a name."""
    if _NAME.fullmatch(name) is None:
        raise CommandFailed(
            "bad_name",
            f"{name!r} is no name for a webhook: use up to 64 letters, digits and . _ -, a letter or digit first",
            ExitCode.USAGE,
        )


def kinds_of(words: Sequence[str] | None) -> list[NoticeKind] | None:
    """The kinds of notices of these names; ``None`` where none are named. Raises CommandFailed."""
    found = []
    for word in words or ():
        try:
            found.append(notice_kind(word.lower()))
        except ValueError:
            raise CommandFailed(
                "usage", f"There is no kind {word!r}; there are: {', '.join(NOTICE_KINDS)}", ExitCode.USAGE
            ) from None
    return found or None


def address(url: str) -> str:
    """The address, read from standard input where it is ``-``. Raises CommandFailed, which does not repeat it."""
    from baton.webhooks.target import BadTarget, parse

    given = sys.stdin.read(_MOST_BYTES).strip() if url == "-" else url
    try:
        parse(given)
    except BadTarget as error:
        raise CommandFailed("bad_address", f"Nothing can be sent there: {error}", ExitCode.USAGE) from None
    return given


def secret_of(file: Path | None) -> str:
    """The secret in ``file``, or without one a new one. Raises CommandFailed."""
    from baton.webhooks.signing import BadSecret, check_secret, new_secret

    if file is None:
        return new_secret()
    try:
        with file.open(encoding="utf-8") as opened:
            return check_secret(opened.read(_MOST_BYTES).strip())
    except OSError as error:
        raise CommandFailed(
            "bad_secret", f"The secret {str(file)!r} cannot be read: {error.strerror}", ExitCode.USAGE
        ) from None
    except (BadSecret, UnicodeDecodeError):
        reason = "it has to be 'whsec_' and then 24 to 64 bytes in base64"
        raise CommandFailed("bad_secret", f"What is in {str(file)!r} is no secret: {reason}", ExitCode.USAGE) from None


@contextmanager
def found(name: str) -> Iterator[None]:
    """Say of a webhook that is not there what there is to do."""
    from baton.store.notices.subscriptions import NoSuchSubscription

    try:
        yield
    except NoSuchSubscription as error:
        raise CommandFailed(
            "not_found", f"There is no webhook {name!r}. See: python starter.py webhook list"
        ) from error
