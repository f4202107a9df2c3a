"""The commands for keys, over a real folder."""

from pathlib import Path

import pytest

from tests.command_line import CommandLine


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "keys"


def _listed(cli: CommandLine) -> list[tuple[str, str]]:
    return [(key["id"], key["kind"]) for key in cli.now("keys", "list", "--json").json["keys"]]


def test_without_keys_nothing_is_listed_or_made(cli: CommandLine, folder: Path) -> None:
    said = cli.now("keys", "list")
    assert (said.code, "No keys yet" in said.out, folder.exists()) == (0, True, False)
    exported = cli.now("keys", "export", "--json")
    assert (exported.code, exported.json["error"]["code"]) == (1, "no_such_key")


def test_a_key_is_made_rotated_exported_and_retired(cli: CommandLine, folder: Path) -> None:
    first = cli.now("keys", "rotate", "--json").json
    second = cli.now("keys", "rotate", "--json").json
    assert _listed(cli) == [(second["id"], "current"), (first["id"], "past")]
    assert cli.now("keys", "export").out == (folder / f"{second['id']}.pub").read_text()
    assert cli.now("keys", "export", first["id"][:12]).out == first["pem"]
    assert cli.now("keys", "retire", first["id"][:12]).code == 0
    assert _listed(cli) == [(second["id"], "current")]


def test_what_is_exported_can_be_trusted_elsewhere(
    cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = cli.now("keys", "rotate", "--json").json["id"]
    (tmp_path / "theirs.pub").write_text(cli.now("keys", "export").out)
    monkeypatch.setenv("BATON_HOME", str(tmp_path / "elsewhere"))
    said = cli.now("keys", "trust", str(tmp_path / "theirs.pub"))
    assert (said.code, f"{key} is trusted" in said.told) == (0, True)
    assert _listed(cli) == [(key, "trusted")]
    shown = cli.now("keys", "list").out
    assert (key in shown, "trusted" in shown) == (True, True)


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("keys", "trust", "no-such-file"), "cannot be read: No such file"),
        (("keys", "trust", __file__), "is no public key in PEM form"),
        (("keys", "retire", "ab12"), "No key has an ID that begins with 'ab12'"),
    ],
)
def test_what_is_no_key_is_told(cli: CommandLine, command: tuple[str, ...], told: str) -> None:
    said = cli.now(*command, "--json")
    assert (said.code, said.json["error"]["code"]) == (2, "key_unusable")
    assert told in said.json["error"]["message"]


def test_a_private_half_is_never_said(cli: CommandLine, folder: Path) -> None:
    everything = "".join(
        said.out + said.err
        for said in (
            cli.now("keys", "rotate", "--json", "-v"),
            cli.now("keys", "export", "-v"),
            cli.now("keys", "list", "--json"),
        )
    )
    (private,) = folder.glob("*.pem")
    secret = private.read_text().splitlines()[1]
    assert secret not in everything
    assert "PRIVATE" not in everything


def test_a_password_from_the_environment_locks_the_key(
    cli: CommandLine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATON_KEY_PASSWORD", "open sesame")
    said = cli.now("keys", "rotate", "-v")
    (private,) = folder.glob("*.pem")
    assert (said.code, "ENCRYPTED" in private.read_text(), "sesame" in said.told) == (0, True, False)
