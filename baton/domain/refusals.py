"""How the domain says no.

::

    Exception
     └─ Refusal   a command or a request that is not carried out; nothing has changed
"""

from baton.domain.vocabulary import RefusalCode

_MAX_MESSAGE = 2000


class Refusal(Exception):
    """A command that is not carried out. ``code`` is stable, ``message`` is for people (at most 2,000 characters)."""

    def __init__(self, code: RefusalCode, message: str) -> None:
        if len(message) > _MAX_MESSAGE:  # it may quote the sender, and it becomes a payload
            message = message[: _MAX_MESSAGE - 1] + "…"
        super().__init__(message)
        self.code = code
        self.message = message
