"""``mirror`` and ``audit`` on the command line: what they say, their JSON, and how they end."""

import pytest
from sqlalchemy import Engine, text
from temporalio.client import Client

from baton.runtime.embedded import EmbeddedTemporal
from baton.runtime.ports import free_port
from gateway.mirroring.repairing import Repairing
from gateway.mirroring.scope import Scope
from tests.command_line import CommandLine
from tests.integration.mirroring.ground import Ground

_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
_DEED = "UPDATE build_workflows SET current_state = 'testing' WHERE build_id = :build"


@pytest.fixture
async def here(
    cli: CommandLine,
    client: Client,
    engine: Engine,
    ground: Ground,
    temporal_server: EmbeddedTemporal,
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> CommandLine:
    """The command line of somebody whose environment names the server and a database with two builds."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal_server.address)
    monkeypatch.setenv("BATON_DATABASE_URL", database_url)
    await Repairing(client, engine, rebuild=True).run(Scope((ground.happy, ground.reset)))
    return cli


@_SQLITE
async def test_drift_is_told_with_its_column_fails_and_can_be_mended(
    here: CommandLine, engine: Engine, ground: Ground
) -> None:
    one = ("--build", ground.happy)
    well = await here("mirror", "verify", *one)
    with engine.begin() as connection:
        connection.execute(text(_DEED), {"build": ground.happy})
    drift = await here("mirror", "verify", *one)
    as_json = await here("mirror", "verify", *one, "--json")
    audited = await here("audit", "verify", *one, "--json")
    mended = await here("mirror", "repair", *one)
    again = await here("mirror", "repair", *one, "--json")

    assert (well.code, "1 of 1 builds say the same as Temporal's history" in well.told) == (0, True)
    assert (drift.code, "the build: current_state is 'testing', not 'complete'" in drift.told) == (1, True)
    (found,) = as_json.json["builds"]
    assert (as_json.code, as_json.json["holds"], found["build_id"], found["outcome"]) == (
        1,
        False,
        ground.happy,
        "drift",
    )
    (difference,) = found["differences"]
    assert (difference["table"], difference["column"]) == ("build_workflows", "current_state")
    assert (difference["expected"], difference["found"], difference["kind"]) == ("complete", "testing", "changed")
    assert (audited.code, audited.json["builds"][0]["differences"]) == (1, [difference])
    assert (mended.code, "1 mended; 1 rows written" in mended.told) == (0, True)
    assert (again.code, again.json["mended"], again.json["builds"]) == (0, 0, [])


@_SQLITE
async def test_builds_of_a_project_are_found_in_temporal_mended_and_audited(here: CommandLine, ground: Ground) -> None:
    """Three of the builds are not in SQL. The server has those of other tests, too."""
    project = ("--project", ground.project, "--since", "2020-01-01")
    missing = await here("mirror", "verify", *project, "--json")
    rebuilt = await here("mirror", "rebuild", *project, "--json")
    verified = await here("mirror", "verify", *project)
    everything = await here("mirror", "verify", "--all", "--json")
    audited = await here("audit", "verify", "--all", "--json")
    nobodys = await here("mirror", "verify", "--project", "no'body", "--json")
    later = await here("mirror", "verify", "--since", "2100-01-01", "--json")

    assert (missing.code, missing.json["checked"], missing.json["drifted"]) == (1, 5, 3)
    assert (rebuilt.code, rebuilt.json["mended"], rebuilt.json["left"]) == (0, 3, 0)
    assert (verified.code, "5 of 5 builds say the same" in verified.told) == (0, True)
    assert everything.json["checked"] >= 5
    assert {check["build_id"] for check in everything.json["builds"]}.isdisjoint(ground.builds)
    assert (audited.code, audited.json["checked"]) == (0, 5)
    assert (nobodys.code, nobodys.json["checked"], later.json["checked"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ((), "Which builds?"),
        (("--all", "--build", "x"), "exclude one another"),
        (("--build", "x'y"), "is no build ID"),
        (("--since", "soon"), "is neither a day"),
        (("--export", "x.json", "--all"), "--export is of one build"),
    ],
)
@pytest.mark.parametrize("command", ["mirror", "audit"])
def test_options_that_mean_nothing_are_refused(
    cli: CommandLine, command: str, options: tuple[str, ...], told: str
) -> None:
    said = cli.now(command, "verify", *options)

    assert (said.code, told in said.told) == (2, True), said.told


@_SQLITE
async def test_what_cannot_be_reached_is_told(
    here: CommandLine, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = await here("audit", "verify", "--build", "nobody")
    monkeypatch.setenv("TEMPORAL_ADDRESS", f"127.0.0.1:{free_port()}")
    away = await here("mirror", "verify", "--build", ground.happy)

    assert (unknown.code, "SQL has no build 'nobody'" in unknown.told) == (1, True)
    assert (away.code, "Cannot reach Temporal" in away.told) == (3, True)
