"""Fuzz the parsers, one after another: ``python -m tests.fuzz.run --minutes 5 [TARGET ...]``.

Each target begins with the corpus of the repository; what is found on the way is kept in a folder of its own, so that
the corpus stays small. An input that breaks a parser is written below ``--found`` and ends the target; mend the parser,
and add the input to the corpus.
"""

import argparse
import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).with_name("corpus")
_LONGEST_BYTES = 8_192
_SLOW_SECONDS = 20
_MEMORY_MIB = 2_048


def main() -> int:
    """1 where a parser was broken, 2 without atheris."""
    asked = _parser().parse_args()
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed: .venv/bin/python -m pip install '.[fuzz]' (Linux), or with uv: uv pip install")
        return 2
    asked.found.mkdir(parents=True, exist_ok=True)
    names = asked.targets or list(TARGETS)
    broken = [name for name in names if _fuzz(name, asked.minutes * 60 / len(names), asked.found) != 0]
    print(f"broken: {', '.join(broken)}; the inputs are in {asked.found}" if broken else "no parser was broken")
    return 1 if broken else 0


def _fuzz(name: str, seconds: float, found: Path) -> int:
    print(f"{name}: {seconds:.0f} s", flush=True)
    with tempfile.TemporaryDirectory(prefix="baton-fuzz-") as grown:
        options = [
            f"-max_total_time={max(1, round(seconds))}",
            f"-max_len={_LONGEST_BYTES}",
            f"-timeout={_SLOW_SECONDS}",
            f"-rss_limit_mb={_MEMORY_MIB}",
            f"-artifact_prefix={found.absolute()}/{name}-",
            "-print_final_stats=1",
            "-verbosity=0",
        ]
        command = [sys.executable, "-m", "tests.fuzz.one", name, *options, grown, str(CORPUS / name)]
        return subprocess.run(command, check=False).returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.run", description=__doc__.partition("\n")[0])
    parser.add_argument("targets", nargs="*", choices=[*TARGETS, []], help="all of them when none is named")
    parser.add_argument("--minutes", type=float, default=5.0, help="for all targets together")
    parser.add_argument("--found", type=Path, default=Path("fuzz-findings"), help="where inputs go that break a parser")
    return parser


if __name__ == "__main__":
    sys.exit(main())
