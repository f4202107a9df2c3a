"""Starting a build: once for each ID."""

import asyncio

import pytest
from temporalio.client import Client

from baton.domain.actors import Actor
from baton.domain.commands import Abandon
from baton.domain.vocabulary import State, Status
from gateway.builds import Builds
from gateway.errors import BuildNotOpened, CommandRefused, NoWorker
from tests.workflow.stage import all_manual, request, stage, terms


async def test_the_same_request_finds_the_running_build(client: Client, builds: Builds) -> None:
    async with stage(client, all_manual()):
        first = await builds.start(request("same"))
        second = await builds.start(request("same"))

    assert second == first
    assert (first.state, first.status) == (State.DISCOVERY, Status.WAITING)


async def test_ten_starts_at_once_make_one_build(client: Client, builds: Builds) -> None:
    async with stage(client, all_manual()):
        answers = await asyncio.gather(*(builds.start(request("at-once")) for _ in range(10)))

    assert len({answer.first_run_id for answer in answers}) == 1


async def test_another_request_under_the_id_of_a_running_build_is_refused(client: Client, builds: Builds) -> None:
    async with stage(client, all_manual()):
        await builds.start(request("taken"))
        with pytest.raises(CommandRefused, match="differs in: user_id, title") as refused:
            await builds.start(request("taken", title="Another thing", user_id="bob"))

    assert refused.value.reason == "start_differs"


async def test_the_same_request_finds_the_finished_build(client: Client, builds: Builds) -> None:
    async with stage(client):
        first = await builds.start(request("finished"))
        assert await builds.result("finished") is Status.COMPLETE
        again = await builds.start(request("finished"))
        with pytest.raises(CommandRefused, match="exists already and differs in: project_id"):
            await builds.start(request("finished", project_id="other"))

    assert again.first_run_id == first.first_run_id
    assert (again.state, again.status) == (State.COMPLETE, Status.COMPLETE)


async def test_an_abandoned_build_keeps_its_id(client: Client, builds: Builds) -> None:
    async with stage(client, all_manual()):
        first = await builds.start(request("given-up"))
        await builds.send("given-up", Abandon(actor=Actor(id="ada"), reason="no more", expected_state=State.DISCOVERY))
        assert await builds.result("given-up") is Status.FAILED
        again = await builds.start(request("given-up"))

    assert again.first_run_id == first.first_run_id
    assert again.status is Status.FAILED


async def test_a_build_that_never_opened_leaves_its_id_free(client: Client, builds: Builds) -> None:
    async with stage(client, all_manual()) as scene:
        with pytest.raises(BuildNotOpened, match="no profile 'later'"):
            await builds.start(request("early", profile="later"))
        with pytest.raises(BuildNotOpened, match="Its ID is free"):
            await builds.status("early")
        scene.profiles = {"later": terms()}
        await builds.start(request("early", profile="later"))
        assert await builds.result("early") is Status.COMPLETE


async def test_without_a_worker_the_build_is_kept_and_begins_when_one_comes(client: Client) -> None:
    builds = Builds(client, answer_seconds=1.0)
    with pytest.raises(NoWorker, match="begins as soon as a worker is there"):
        await builds.start(request("patient"))
    async with stage(client):
        assert await builds.result("patient") is Status.COMPLETE


async def test_what_temporal_shows_is_short_plain_and_without_credentials(client: Client, builds: Builds) -> None:
    asked = request("shown", title="**Bold** " + "ü" * 150, repo="https://ada:s3cret@git.example/x.git")
    async with stage(client, all_manual()):
        await builds.start(asked)
        description = await client.get_workflow_handle("build-shown").describe()
        summary, details = await description.static_summary(), await description.static_details()

    assert summary is not None
    assert details is not None
    assert summary.startswith(r"\*\*Bold\*\* ü")
    assert len(summary.encode()) <= 200
    assert "https://git.example/x.git" in details
    assert "s3cret" not in details
    assert description.typed_search_attributes is not None
