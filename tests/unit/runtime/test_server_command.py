import itertools
from pathlib import Path
from typing import Any

from temporalio.common import SearchAttributeIndexedValueType

from baton.runtime.server_command import server_command

_PLAIN: dict[str, Any] = {
    "port": 7233,
    "ui_port": None,
    "database": None,
    "namespace": "default",
    "search_attributes": {},
    "dynamic_config": {},
    "log_level": "warn",
}


def _pairs(command: list[str]) -> list[tuple[str, str]]:
    return list(itertools.pairwise(command))


def test_a_server_without_ui_and_database_is_headless_and_in_memory() -> None:
    command = server_command(Path("/bin/temporal"), **_PLAIN)
    assert command[:3] == ["/bin/temporal", "server", "start-dev"]
    assert "--headless" in command
    assert not {"--ui-port", "--db-filename", "--sqlite-pragma"} & set(command)


def test_it_listens_on_the_loopback_interface_only() -> None:
    assert ("--ip", "127.0.0.1") in _pairs(server_command(Path("/bin/temporal"), **_PLAIN))


def test_a_file_database_gets_a_write_ahead_log() -> None:
    command = server_command(Path("/bin/temporal"), **_PLAIN | {"database": Path("/srv/t.db"), "ui_port": 8233})
    pairs = _pairs(command)
    assert ("--db-filename", "/srv/t.db") in pairs
    assert ("--sqlite-pragma", "journal_mode=wal") in pairs
    assert ("--sqlite-pragma", "synchronous=1") in pairs
    assert ("--ui-port", "8233") in pairs
    assert "--headless" not in command


def test_every_type_of_search_attribute_has_a_name_that_the_server_knows() -> None:
    kinds = {kind.name: kind for kind in SearchAttributeIndexedValueType}
    command = server_command(Path("/bin/temporal"), **_PLAIN | {"search_attributes": kinds})
    given = [value for flag, value in _pairs(command) if flag == "--search-attribute"]
    assert "KEYWORD=Keyword" in given
    assert "KEYWORD_LIST=KeywordList" in given
    assert len(given) == len(kinds)


def test_dynamic_config_is_json_and_overrides_the_fast_settings() -> None:
    wanted = {
        "history.transferProcessorMaxPollRPS": 20,
        "frontend.someName": "x",
        "frontend.someSwitch": True,
    }
    command = server_command(Path("/bin/temporal"), **_PLAIN | {"dynamic_config": wanted})
    given = [value for flag, value in _pairs(command) if flag == "--dynamic-config-value"]
    assert given == [
        "history.transferProcessorMaxPollRPS=20",
        'frontend.someName="x"',
        "frontend.someSwitch=true",
    ]
