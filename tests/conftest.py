"""What tests of several folders use."""

import gc
import signal
from pathlib import Path

import pytest

from tests.command_line import CommandLine

# A shell starts what runs in its background with Ctrl-C ignored, and children inherit that. Those of the tests do not.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# What is loaded before the first test stays until the last: to look through it for garbage, again and again, would be a
# tenth of the work of this process.
gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.set_threshold(20_000)
    gc.enable()


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
