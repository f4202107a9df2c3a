"""How the domain says no.

::

    Exception
     └─ Refusal   a command or a request that is not carried out; nothing has changed
"""

from baton.domain.vocabulary import RefusalCode


class Refusal(Exception):
    """A command that is not carried out. ``code`` is stable, ``message`` is for people."""

    def __init__(self, code: RefusalCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
