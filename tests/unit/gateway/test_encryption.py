"""The commands for encryption keys, over a real file."""

from pathlib import Path

import pytest

from tests.command_line import CommandLine


def test_a_key_is_made_and_another_one_takes_its_place(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "keys"
    first = cli.now("encryption", "new", str(file), "--json").json
    assert first["keys"] == [first["id"]]
    monkeypatch.setenv("BATON_ENCRYPTION_KEY_FILE", str(file))
    second = cli.now("encryption", "new", str(file))
    listed = cli.now("encryption", "list", "--json").json
    assert listed["encrypted"] is True
    assert listed["keys"][0] == first["id"]
    assert f"encryption promote {listed['keys'][1]}" in second.told
    assert cli.now("encryption", "promote", listed["keys"][1], str(file)).code == 0
    assert cli.now("encryption", "list", "--json").json["keys"] == listed["keys"][::-1]
    assert "encrypts and decrypts" in cli.now("encryption", "list").out
    secret = file.read_text().splitlines()[1].partition(":")[2]
    assert secret not in second.told + cli.now("encryption", "list").told


def test_without_keys_it_says_how_to_make_one(cli: CommandLine) -> None:
    said = cli.now("encryption", "list")
    assert (said.code, "encryption new FILE" in said.out) == (0, True)


def test_keys_that_cannot_be_used_stop_every_command_that_needs_temporal(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "keys"
    cli.now("encryption", "new", str(file))
    file.chmod(0o644)
    monkeypatch.setenv("BATON_ENCRYPTION_KEY_FILE", str(file))
    for arguments in (("status", "x"), ("encryption", "list"), ("encryption", "used")):
        said = cli.now(*arguments, "--json")
        assert (said.code, said.json["error"]["code"]) == (2, "encryption_keys_unusable")
        assert "chmod 600" in said.json["error"]["message"]
    checks = {check["name"]: check for check in cli.now("doctor", "--json").json["checks"]}
    assert checks["encryption"]["health"] == "failed"


@pytest.mark.parametrize("span", ["", "1", "5m", "9x", "-1d", "0h"])
def test_garbage_is_not_collected_too_early(cli: CommandLine, span: str) -> None:
    said = cli.now("storage", "gc", "--older-than", span, "--json")
    assert (said.code, said.json["error"]["code"]) == (2, "bad_span")


def test_without_a_store_there_is_nothing_to_collect(cli: CommandLine) -> None:
    said = cli.now("storage", "gc", "--json")
    assert (said.code, said.json["error"]["code"]) == (2, "no_payload_store")
