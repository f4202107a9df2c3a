"""Forks on the real server: of builds that run and of builds that have ended, once for each key, or not at all."""

import asyncio
from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import ApplicationError

from baton.contracts.errors import COMMIT_GONE
from baton.contracts.messages import MirrorBatch, StartAnswer
from baton.contracts.names import workflow_id
from baton.domain.journal import Entry, verify
from baton.domain.terms import ApprovalTerms
from baton.domain.view import BuildView
from baton.domain.vocabulary import CommandName, LimitName, Phase, State, Status
from baton.store.engine import open_engine
from baton.store.forks import forks_of
from baton.store.mirror import Mirror
from baton.store.schema import upgrade
from gateway.builds import Builds
from gateway.errors import BuildNotOpened, CommandRefused
from gateway.forking import ForkWish, start_of_fork
from tests.command_line import CommandLine
from tests.workflow.stage import FAILED_TESTS, GOOD, Stage, stage, terms

COMMIT = "c0de" * 10


def named(what: str) -> str:
    return f"{what}-{uuid4().hex[:8]}"


async def forked(builds: Builds, origin: str, phase: Phase, **wish: object) -> StartAnswer:
    entries = await builds.journal(origin)
    return await builds.fork(start_of_fork(entries, ForkWish(phase, **wish), None))  # type: ignore[arg-type]


async def ended(builds: Builds, build_id: str) -> tuple[BuildView, list[Entry]]:
    async with asyncio.timeout(30):
        await builds.result(build_id)
        return await builds.status(build_id), await builds.journal(build_id)


async def complete(scene: Stage, builds: Builds, what: str) -> str:
    """A build that was carried to its end, with a commit and one round of rework."""
    scene.script[Phase.IMPLEMENTATION] = [GOOD[Phase.IMPLEMENTATION] | {"commit": COMMIT}]
    scene.script[Phase.TESTING] = [FAILED_TESTS]
    play = await scene.start(named(what))
    await play.handle.result()
    return play.request.build_id


async def test_a_complete_build_is_forked_and_both_tell_their_own_story(client: Client, builds: Builds) -> None:
    async with stage(client) as scene:
        origin = await complete(scene, builds, "origin")
        before = await builds.journal(origin)
        answer = await forked(builds, origin, Phase.TESTING, build_id=f"{origin}.f")
        view, entries = await ended(builds, answer.build_id)
        second = await forked(builds, answer.build_id, Phase.VERIFICATION)
        last, _ = await ended(builds, second.build_id)
        after = await builds.journal(origin)
        async with asyncio.timeout(20):
            while await builds.forks(origin) != [answer.build_id]:
                await asyncio.sleep(0.05)

    assert (answer.state, view.status) == (State.TESTING, Status.COMPLETE)
    assert view.forked_from is not None
    assert (view.forked_from.build_id, view.forked_from.commit, view.forked_from.run) == (origin, COMMIT, 2)
    assert verify(entries) == view.head
    assert after == before
    [first, _] = scene.forks
    assert (first.origin, first.request.build_id) == (view.forked_from, answer.build_id)
    assert scene.orders[-5].inputs.keys() == {Phase.DISCOVERY, Phase.PLANNING, Phase.IMPLEMENTATION}
    assert view.ledger.rework_rounds == 1
    assert last.forked_from is not None
    assert (last.forked_from.build_id, last.status) == (answer.build_id, Status.COMPLETE)
    description = await client.get_workflow_handle(workflow_id(answer.build_id)).describe()
    assert f"forked from: {origin}" in (await description.static_details() or "").replace("\\", "")


@pytest.mark.parametrize("end", ["cancelled", "terminated", "abandoned"])
async def test_builds_that_ended_badly_can_be_forked(client: Client, builds: Builds, end: str) -> None:
    async def hangs(_: object) -> dict[str, object]:
        await asyncio.Event().wait()
        return {}

    async with stage(client) as scene:
        scene.script[Phase.VERIFICATION] = [hangs]
        play = await scene.start(named(end))
        await play.until(lambda view: view.current_state is State.VERIFICATION)
        if end == "cancelled":
            await builds.cancel(play.request.build_id)
            await builds.result(play.request.build_id)
        elif end == "terminated":
            await play.handle.terminate()
        else:
            await play.tell(CommandName.ABANDON, expected_state="verification", reason="enough")
        answer = await forked(builds, play.request.build_id, Phase.VERIFICATION)
        assert (await ended(builds, answer.build_id))[0].status is Status.COMPLETE


async def test_the_same_key_is_the_same_fork_and_another_one_finds_the_id_taken(client: Client, builds: Builds) -> None:
    async with stage(client, terms(approvals={State.HANDOFF_TO_TESTER: ApprovalTerms()})) as scene:
        play = await scene.start(named("moving"))
        await play.until(lambda view: view.pending_approval is not None)
        origin = play.request.build_id
        first = await forked(builds, origin, Phase.IMPLEMENTATION, command_id="k-1")
        await play.tell(
            CommandName.ROLLBACK, target_state="implementation", expected_state="handoff_to_tester", reason="again"
        )
        await play.until(lambda view: view.phases[Phase.IMPLEMENTATION].runs == 2)
        again = await forked(builds, origin, Phase.IMPLEMENTATION, command_id="k-1")
        with pytest.raises(CommandRefused) as other_phase:
            await forked(builds, origin, Phase.PLANNING, command_id="k-1")
        with pytest.raises(CommandRefused) as other_key:
            await forked(builds, origin, Phase.IMPLEMENTATION, build_id=first.build_id, command_id="k-2")
        at = (await builds.status(first.build_id)).forked_from
        assert at is not None
        same = await forked(builds, origin, Phase.IMPLEMENTATION, build_id=first.build_id, at=at.sequence)
        for build in (origin, first.build_id):
            await builds.cancel(build)
            await builds.result(build)
        closed = await forked(builds, origin, Phase.IMPLEMENTATION, command_id="k-1")
        with pytest.raises(CommandRefused) as taken:
            await forked(builds, origin, Phase.PLANNING, build_id=origin)

    assert first.build_id == again.build_id == closed.build_id == same.build_id
    assert first.first_run_id == again.first_run_id == closed.first_run_id
    assert [one.value.reason for one in (other_phase, other_key, taken)] == ["start_differs"] * 3
    assert "differs in: forked_from" in other_phase.value.message


async def test_a_fork_that_cannot_begin_leaves_its_id_free(client: Client, builds: Builds) -> None:
    async with stage(client) as scene:
        scene.profiles = {
            "script": terms(),
            "strict": terms(profile="strict", approvals={State.HANDOFF_TO_TESTER: ApprovalTerms(approvers=("lead",))}),
        }
        origin = await complete(scene, builds, "unfit")
        fork = f"{origin}.f"
        scene.fork_fails = ApplicationError("the commit is gone: look there", type=COMMIT_GONE, non_retryable=True)
        with pytest.raises(BuildNotOpened, match=r"could not begin: the commit is gone: look there\. Its ID is free"):
            await forked(builds, origin, Phase.TESTING, build_id=fork)
        scene.fork_fails = ApplicationError("disk full", type="workspace_broken", non_retryable=True)
        with pytest.raises(BuildNotOpened, match=r"could not be made \(workspace_broken\): disk full"):
            await forked(builds, origin, Phase.TESTING, build_id=fork)
        scene.fork_fails = None
        with pytest.raises(BuildNotOpened, match="asks for an approval of handoff_to_tester by lead"):
            await forked(builds, origin, Phase.TESTING, build_id=fork, profile="strict")
        with pytest.raises(BuildNotOpened, match="has no limit, so there is nothing to extend"):
            await forked(builds, origin, Phase.TESTING, build_id=fork, limits={LimitName.TOKENS: 5})
        with pytest.raises(BuildNotOpened, match="no profile 'nowhere'"):
            await forked(builds, origin, Phase.TESTING, build_id=fork, profile="nowhere")
        assert (await forked(builds, origin, Phase.TESTING, build_id=fork)).build_id == fork
        assert (await ended(builds, fork))[0].status is Status.COMPLETE


async def test_a_fork_that_is_cancelled_while_it_opens_is_told_as_cancelled(client: Client, builds: Builds) -> None:
    async with stage(client) as scene:
        origin = await complete(scene, builds, "hasty")
        answer, _ = await asyncio.gather(
            forked(builds, origin, Phase.TESTING, build_id=f"{origin}.f"), _cancelled(client, f"{origin}.f")
        )
        view, entries = await ended(builds, f"{origin}.f")
    assert answer.build_id == view.build_id
    assert view.status is Status.CANCELLED
    assert entries[0].data["fork"]["origin"]["build_id"] == origin


async def _cancelled(client: Client, build_id: str) -> None:
    handle = client.get_workflow_handle(workflow_id(build_id))
    async with asyncio.timeout(20):
        while True:
            try:
                return await handle.cancel()
            except Exception:
                await asyncio.sleep(0.002)


async def test_the_command_line_forks_and_shows_both_ends(
    client: Client, here: CommandLine, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/mirror.db"
    engine = open_engine(url)
    upgrade(engine)

    async def mirror_journal(batch: MirrorBatch) -> None:
        await asyncio.to_thread(Mirror(engine).write, batch)

    mirror = activity.defn(name="mirror_journal")(mirror_journal)
    builds = Builds(client)
    async with stage(client, mirror_journal=mirror) as scene:
        origin = await complete(scene, builds, "shown")
        never = await here("fork", origin, "--from", "testing", "--at", "3", "--json")
        misread = await here("fork", origin, "--from", "testing", "--extend-limit", "tokens")
        bad_id = await here("fork", origin, "--from", "testing", "--build-id", "../x")
        unknown = await here("fork", "nobody-1", "--from", "testing", "--database-url", url, "--json")
        said = await here(
            *("fork", origin, "--from", "testing", "--command-id", "k-7", "--as", "bob", "--reason", "look again"),
            *("--extend-limit", "rework_rounds=9"),
        )
        again = await here("fork", origin, "--from", "testing", "--command-id", "k-7", "--json",
                           "--extend-limit", "rework_rounds=9", "--reason", "look again")  # fmt: skip
        fork = again.json["build_id"]
        await builds.result(fork)
        async with asyncio.timeout(20):
            while await builds.forks(origin) != [fork]:
                await asyncio.sleep(0.05)
        of_fork, of_origin = await here("status", fork), await here("status", origin, "--json")
        journal = await here("journal", fork, "--json")
        proven = [await here("mirror", "verify", "--build", one, "--database-url", url) for one in (origin, fork)]
        compared = await here("report", "compare", origin, fork, "--database-url", url)
        as_json = await here("report", "compare", origin, fork, "--database-url", url, "--json")

    assert [one.code for one in proven] == [0, 0], proven
    assert f"{fork} was forked from {origin}: they part where testing began there" in compared.told
    assert as_json.json["parting"]["build_id"] == origin
    assert as_json.json["other"]["phases"][2]["took"] is True
    assert (never.code, never.json["error"]["code"]) == (1, "phase_not_reached")
    assert (misread.code, bad_id.code) == (2, 2)
    assert "--extend-limit 'tokens': write NAME=MAXIMUM" in misread.told
    assert (unknown.code, unknown.json["error"]["code"]) == (1, "not_found")
    assert said.code == 0
    assert f"forked from {origin}, where testing began with entry" in said.told
    assert fork == f"{origin}-fork-{fork[-8:]}"
    assert f"forked from {origin} at testing, entry {again.json['forked_from']['sequence']}" in of_fork.told
    assert of_origin.json["forks"] == [fork]
    started = journal.json["entries"][0]
    assert (started["actor"]["id"], started["command_id"]) == ("bob", "k-7")
    assert started["data"]["fork"]["limits"]["rework_rounds"] == 9
    [line] = forks_of(engine, origin)
    assert (line.build_id, line.phase, line.status) == (fork, Phase.TESTING, Status.COMPLETE)
    engine.dispose()
