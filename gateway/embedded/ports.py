"""Ports for servers that people look for where they usually are."""

from baton.runtime.ports import free_port, is_free

USUAL_PORT = 7233
USUAL_UI_PORT = 8233


def usual_or_free(usual: int) -> int:
    """The usual port when nobody has it, else one that is free."""
    return usual if usual and is_free(usual) else free_port()
