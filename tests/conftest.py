"""What tests of several folders use."""

from pathlib import Path

import pytest

from tests.command_line import CommandLine


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CommandLine:
    """The command line, in an environment without settings of its own."""
    for name in ("TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "TEMPORAL_PROFILE", "BATON_DATABASE_URL", "BATON_PROFILES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(tmp_path / "none.toml"))
    monkeypatch.setenv("BATON_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BATON_USER", "ada")
    monkeypatch.setenv("COLUMNS", "100")
    return CommandLine(capsys, monkeypatch)
