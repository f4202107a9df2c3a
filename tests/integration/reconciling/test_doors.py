"""Every door tells of an end that the journal does not tell of: at once where Temporal is asked, else after a round."""

from pathlib import Path

import pytest

from baton.domain.outside import OutsideKind
from baton.domain.vocabulary import Status
from gateway.builds import Builds
from gateway.cli.exit_codes import ExitCode
from tests.command_line import CommandLine
from tests.gateways import gateway
from tests.integration.gateway.conftest import here
from tests.integration.reconciling.conftest import House

__all__ = ["here"]

SAID = "was terminated in Temporal by ops@console: wrong branch"

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_every_door_tells_of_a_terminated_build(
    house: House, here: CommandLine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATON_DATABASE_URL", database_url)
    play = await house.begin(advanced=1)
    name = play.request.build_id
    await house.terminate(play, "ops@console", "wrong branch")

    view = await Builds(house.client).status(name)
    assert (view.status, view.waiting_for) == (Status.FAILED, None)
    assert view.ended_outside is not None
    assert (view.ended_outside.kind, view.ended_outside.reason) == (OutsideKind.TERMINATED, "wrong branch")
    status = await here("status", name)
    assert "planning · terminated" in status.told
    assert SAID in status.told
    watched = await here("watch", name)
    assert (watched.code, SAID in watched.told) == (ExitCode.FAILED, True)
    explained = await here("explain", name)
    assert f"{name} stopped in planning at" in explained.told
    assert SAID in explained.told
    assert "What comes next" not in explained.told
    refused = await here("pause", name)
    assert (refused.code, "was terminated in Temporal" in refused.told) == (ExitCode.FAILED, True)

    await house.rounds_until(play, lambda build: build.summary.completed_at is not None)
    listed = await here("list")
    assert (name in listed.told, "planning terminated" in listed.told) == (True, True)
    assert (await here("list", "--status", "failed", "--json")).json["builds"][0]["ended_outside"] == "terminated"
    assert SAID in (await here("explain", name, "--source", "sql")).told
    with gateway(tmp_path / "gateway", database_url) as door, door.client() as client:
        told = client.get(f"/api/workflows/build-{name}/status", params={"source": "sql"}).json()
        assert (told["status"], told["ended_outside"]["kind"], told["waiting_for"]) == ("failed", "terminated", None)
        assert client.get("/api/workflows").json()["builds"][0]["ended_outside"] == "terminated"
        assert client.get("/api/inbox").json()["items"] == []
        page = client.get(f"/builds/{name}", headers={"Accept": "text/html"}).text
        assert SAID in page
        assert "<strong>Ended in Temporal</strong>" in page
        assert "goes on" not in page.partition('id="stays"')[2].partition("</table>")[0]
        assert "terminated" in client.get("/", headers={"Accept": "text/html"}).text


async def test_a_deleted_build_is_told_from_sql(
    house: House, here: CommandLine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATON_DATABASE_URL", database_url)
    play = await house.begin(advanced=1)
    name = play.request.build_id
    await house.delete(play)
    await house.rounds_until(play, lambda build: build.summary.completed_at is not None)

    status = await here("status", name)

    assert (status.code, "Told from SQL" in status.told) == (0, True)
    assert "planning · deleted" in status.told
    assert "Its workflow is no longer in Temporal." in status.told
    assert (await here("status", f"{name}-not")).code == ExitCode.FAILED
