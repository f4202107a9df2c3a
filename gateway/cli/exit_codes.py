"""The exit codes of the command line, and the error that carries one."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a script learns from how a command ends."""

    DONE = 0  # it was done
    FAILED = 1  # refused, or it failed
    USAGE = 2  # the command line cannot be understood, or names input that cannot be used
    UNREACHABLE = 3  # Temporal, a worker or the database does not answer
    INTERRUPTED = 130  # Ctrl-C


class CommandFailed(Exception):
    """Ends a command. ``code`` is a stable word for programs, ``message`` is for people."""

    def __init__(self, code: str, message: str, exit_code: ExitCode = ExitCode.FAILED) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.exit_code = exit_code
