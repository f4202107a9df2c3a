"""Commands of a delivery that leave a trace."""

from pathlib import Path

DELIVERY = '[roles.release_manager.delivery]\nsandbox = "off"\n'


def say(word: str, path: Path, *, exit_code: int = 0) -> str:
    """A command, as TOML, that notes its word in a file and ends."""
    program = f"import sys; open('{path}', 'a').write('{word} '); print('{word} said'); sys.exit({exit_code})"
    return f'["{{python}}", "-c", "{program}"]'
