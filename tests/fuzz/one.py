"""Fuzz one target with atheris, of the extra ``fuzz``: ``python -m tests.fuzz.one TARGET [LIBFUZZER OPTION ...]``."""

import sys
from pathlib import Path

import atheris

CORPUS = Path(__file__).with_name("corpus")


def main() -> None:
    """Does not return: libFuzzer ends the process."""
    name = sys.argv[1]
    with atheris.instrument_imports(include=["baton", "gateway", "junitparser", "markdown_it", "defusedxml"]):
        from tests.fuzz.targets import TARGETS
    atheris.Setup([sys.argv[0], *sys.argv[2:]], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
