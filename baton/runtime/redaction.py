"""Keeping passwords and keys out of every message, log line and error.

Where a text is ambiguous, too much is hidden rather than too little.
"""

import re

from baton.runtime.secret_shapes import masked

_MASK = "***"

# Everything up to the last "@" counts as the password: an unescaped "@" or "/" in one must not show its tail.
_URL_PASSWORD = re.compile(r"(?P<head>[A-Za-z][\w+.-]*://[^:]*:)(?P<secret>.*)@", re.DOTALL)
# In running text an address ends at white space or at a quote.
_PASSWORD_IN_TEXT = re.compile(r"(?P<head>(?<![\w+.-])[A-Za-z][\w+.-]*://[^\s:/@'\"]*:)(?P<secret>[^\s'\"]*)@")
_NAMED_SECRET = re.compile(
    r"(?P<head>\b\w*(?:password|passwd|secret|token|api[_-]?key)[\"']?\s*[=:]\s*)"
    r"(?P<secret>\"[^\"]*\"|'[^']*'|[^\s&,;\"'}]+)",
    re.IGNORECASE,
)
_BEARER = re.compile(r"(?P<head>\bbearer\s+)(?P<secret>[\w.~+/=-]{8,})", re.IGNORECASE)


def redacted(url: str) -> str:
    """A database address that is safe to show: `postgresql://ada:***@db/baton`.

    Takes URLs, also malformed ones, and libpq's `key=value` form.
    """
    return _NAMED_SECRET.sub(rf"\g<head>{_MASK}", _URL_PASSWORD.sub(rf"\g<head>{_MASK}@", url))


def scrubbed(text: str) -> str:
    """Running text (a log line, a traceback) without the secrets that can be told by their looks or their names."""
    text = masked(text)
    for pattern, mask in ((_PASSWORD_IN_TEXT, f"{_MASK}@"), (_NAMED_SECRET, _MASK), (_BEARER, _MASK)):
        text = pattern.sub(rf"\g<head>{mask}", text)
    return text
