"""The commands for webhooks, over a real database."""

import base64
import shutil
from pathlib import Path
from typing import Any

import pytest

from baton.store.engine import open_engine
from baton.store.mirror import Mirror
from baton.store.notices import sending
from baton.store.notices.subscriptions import subscription
from tests.command_line import CommandLine, Said
from tests.databases import sqlite_template
from tests.integration.store.notices.conftest import queued
from tests.journals import happy
from tests.receiver import Receiver, reply

__all__ = ["sqlite_template"]

URL = "https://hooks.example/services/s3cret-part"


@pytest.fixture
def cli(cli: CommandLine, monkeypatch: pytest.MonkeyPatch, sqlite_template: Path, tmp_path: Path) -> CommandLine:
    monkeypatch.setenv("BATON_WEBHOOK_NETWORKS", "127.0.0.0/8")
    (tmp_path / "home").mkdir()
    shutil.copy(sqlite_template, tmp_path / "home" / "baton.db")
    return cli


def document(said: Said) -> Any:
    assert said.code == 0, said.err
    return said.json


def error(said: Said) -> tuple[int, str]:
    assert said.err.count("error: ") == 1
    return said.code, said.json["error"]["code"]


def test_a_webhook_is_added_listed_shown_and_removed_and_its_secret_is_said_once(cli: CommandLine) -> None:
    added = document(
        cli.now("webhook", "add", "ops", URL, "--kind", "phase_failed", "--kind", "build_completed", "--json")
    )
    assert added["secret"].startswith("whsec_")
    assert (added["kinds"], added["format"]) == (["build_completed", "phase_failed"], "standard")
    (listed,) = document(cli.now("webhook", "list", "--json"))["webhooks"]
    shown = document(cli.now("webhook", "show", "ops", "--json"))
    assert (listed["address"], listed["enabled"], shown["notices"]) == ("https://hooks.example/…", True, [])
    assert (listed["pending"], listed["delivered"], listed["parked"], listed["created_by"]) == (0, 0, 0, "ada")
    told = "".join(cli.now("webhook", *words).told for words in (["list"], ["show", "ops"], ["show", "ops", "--json"]))
    assert "build completed, phase failed" in told
    assert added["secret"] not in told
    assert "s3cret-part" not in told
    document(cli.now("webhook", "remove", "ops", "--json"))
    assert "No webhooks" in cli.now("webhook", "list").out


def test_people_are_shown_the_secret_once_and_told_what_to_do(cli: CommandLine) -> None:
    said = cli.now("webhook", "add", "ops", URL)
    assert (said.code, "whsec_" in said.out, "It is not shown again" in said.out) == (0, True, True)
    assert "webhook test ops" in said.out


def test_an_address_can_be_read_from_standard_input(cli: CommandLine, tmp_path: Path) -> None:
    document(cli.now("webhook", "add", "ops", "-", "--json", stdin=f"{URL}\n".encode()))
    engine = open_engine(f"sqlite:///{tmp_path / 'home' / 'baton.db'}")
    assert subscription(engine, "ops").url == URL
    engine.dispose()


def test_a_secret_of_ones_own_is_taken_from_a_file_and_not_said(cli: CommandLine, tmp_path: Path) -> None:
    secret = "whsec_" + base64.b64encode(b"k" * 32).decode()
    (tmp_path / "secret").write_text(f"{secret}\n")
    said = cli.now("webhook", "add", "ops", URL, "--secret-file", str(tmp_path / "secret"), "--json")
    assert "secret" not in document(said)
    assert secret not in said.told
    engine = open_engine(f"sqlite:///{tmp_path / 'home' / 'baton.db'}")
    assert subscription(engine, "ops").secrets == (secret,)
    engine.dispose()


@pytest.mark.parametrize(
    ("words", "code", "exit_code"),
    [
        (["add", "ops", "ftp://x.example/"], "bad_address", 2),
        (["add", "ops", "https://u:s3cret-part@x.example/"], "bad_address", 2),
        (["add", "no name", URL], "bad_name", 2),
        (["add", "ops", URL, "--kind", "finished"], "usage", 2),
        (["add", "ops", URL, "--format", "teams"], "usage", 2),
        (["add", "ops", URL, "--secret-file", "no-such-file"], "bad_secret", 2),
        (["add", "ops", URL, "--secret-file", __file__], "bad_secret", 2),
        (["add", "taken", URL], "webhook_exists", 1),
        (["show", "nobody"], "not_found", 1),
        (["enable", "nobody"], "not_found", 1),
        (["disable", "nobody"], "not_found", 1),
        (["rotate", "nobody"], "not_found", 1),
        (["remove", "nobody"], "not_found", 1),
        (["test", "nobody"], "not_found", 1),
        (["redeliver", "nobody", "--parked"], "not_found", 1),
        (["redeliver", "taken"], "usage", 2),
        (["redeliver", "taken", "--parked", "--delivery", "00000000-0000-0000-0000-000000000001"], "usage", 2),
        (["redeliver", "taken", "--delivery", "00000000-0000-0000-0000-000000000001"], "not_found", 1),
        (["redeliver", "taken", "--delivery", "first"], "usage", 2),
    ],
)
def test_what_cannot_be_done_is_told_in_one_sentence(
    cli: CommandLine, words: list[str], code: str, exit_code: int
) -> None:
    document(cli.now("webhook", "add", "taken", URL, "--json"))
    said = cli.now("webhook", *words, "--json")
    assert error(said) == (exit_code, code)
    assert "s3cret-part" not in said.told


def test_a_secret_is_changed_without_a_gap(cli: CommandLine, tmp_path: Path) -> None:
    first = document(cli.now("webhook", "add", "ops", URL, "--json"))["secret"]
    second = document(cli.now("webhook", "rotate", "ops", "--json"))["secret"]
    engine = open_engine(f"sqlite:///{tmp_path / 'home' / 'baton.db'}")
    assert subscription(engine, "ops").secrets == (second, first)
    assert "secret" not in document(cli.now("webhook", "rotate", "ops", "--finish", "--json"))
    assert subscription(engine, "ops").secrets == (second,)
    engine.dispose()
    assert "rotate --finish" in cli.now("webhook", "rotate", "ops").out


def test_who_is_disabled_says_why_until_it_is_enabled(cli: CommandLine) -> None:
    cli.now("webhook", "add", "ops", URL)
    cli.now("webhook", "disable", "ops", "--reason", "too\x1b[31m loud")
    assert "disabled: too loud" in cli.now("webhook", "list").told
    assert document(cli.now("webhook", "enable", "ops", "--json"))["enabled"] is True
    assert "disabled" not in cli.now("webhook", "list").told


def test_notices_are_shown_newest_first_and_sent_again(cli: CommandLine, tmp_path: Path) -> None:
    cli.now("webhook", "add", "ops", URL)
    engine = open_engine(f"sqlite:///{tmp_path / 'home' / 'baton.db'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE webhook_subscriptions SET created_at = '2020-01-01 00:00:00.000000'")
    Mirror(engine).write(happy().batch(1, 4))
    first, second, *_ = queued(engine)
    sending.record_delivered(engine, first.id)
    sending.record_failure(engine, second.id, "https://hooks.example/… answered 500")
    sending.park(engine, second.id, "no")

    shown = document(cli.now("webhook", "show", "ops", "--json"))
    parked = document(cli.now("webhook", "show", "ops", "--status", "parked", "--limit", "1", "--json"))
    table = cli.now("webhook", "show", "ops").told

    assert [one["sequence"] for one in shown["notices"]] == [4, 3, 2, 1]
    assert (shown["pending"], shown["delivered"], shown["parked"]) == (2, 1, 1)
    assert [(one["id"], one["attempts"]) for one in parked["notices"]] == [(str(second.id), 1)]
    assert "answered 500" in table
    assert document(cli.now("webhook", "redeliver", "ops", "--parked", "--json"))["queued"] == 1
    assert document(cli.now("webhook", "redeliver", "ops", "--delivery", str(first.id), "--json"))["queued"] == 1
    assert {row.status for row in queued(engine)} == {"pending"}
    assert "nothing is parked" in cli.now("webhook", "redeliver", "ops", "--parked").out
    engine.dispose()


async def test_a_webhook_is_tried_out_and_what_came_back_is_said(cli: CommandLine) -> None:
    async with Receiver([reply(200), reply(403, b"who are you?")]) as receiver:
        secret = document(await cli("webhook", "add", "ops", receiver.url, "--json"))["secret"]
        well = await cli("webhook", "test", "ops")
        badly = await cli("webhook", "test", "ops", "--json")

    assert (well.code, "✓" in well.out, "answered 200 OK" in well.told) == (0, True, True)
    assert (badly.code, badly.json["taken"], badly.json["status"]) == (1, False, 403)
    assert "answered 403 Forbidden: who are you?" in badly.json["told"]
    assert receiver.received[0].verified(secret)["type"] == "ping"
    assert "s3cret" not in well.told + badly.told


async def test_a_trial_that_is_not_allowed_says_so(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BATON_WEBHOOK_NETWORKS")
    async with Receiver() as receiver:
        added = await cli("webhook", "add", "ops", receiver.url)
        said = await cli("webhook", "test", "ops")

    assert "without encryption it is sent to networks of BATON_WEBHOOK_NETWORKS alone" in added.told
    assert (said.code, receiver.received) == (1, [])
    assert "127.0.0.1 is no public address; to send there, have BATON_WEBHOOK_NETWORKS name its network" in said.told
