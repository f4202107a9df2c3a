"""Key files that a command line names."""

from pathlib import Path

from gateway.cli.exit_codes import CommandFailed, ExitCode

_BYTES = 64 * 1024


def key_file(path: Path) -> bytes:
    """What stands in a key file. Raises CommandFailed."""
    try:
        with path.open("rb") as file:
            return file.read(_BYTES)
    except OSError as error:
        message = f"The key {str(path)!r} cannot be read: {error.strerror}"
        raise CommandFailed("key_unusable", message, ExitCode.USAGE) from None
