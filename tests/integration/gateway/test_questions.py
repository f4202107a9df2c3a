"""What builds ask reaches people, and their answers reach the builds."""

import asyncio
import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.client import Client

from baton.domain.terms import OnUnanswered
from baton.domain.vocabulary import Phase, State
from baton.runtime.client import environment_for
from baton.runtime.embedded import EmbeddedTemporal
from gateway.builds import Builds
from tests.command_line import CommandLine
from tests.integration.gateway.test_commands import until
from tests.terminal import terminal
from tests.workflow.stage import all_manual, stage, terms

ASKED = [{"id": "Q-1", "text": "which \x1b[31mcolour?"}, {"id": "Q-2", "text": "which size?"}]


@pytest.fixture
def environ(temporal_server: EmbeddedTemporal, tmp_path: Path) -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("BATON_", "TEMPORAL_"))}
    own = {"BATON_USER": "ada", "BATON_HOME": str(tmp_path / "home"), "TERM": "dumb"}
    return environment_for(temporal_server.address, kept | own)


async def answers(client: Client, build_id: str) -> dict[str, str | None]:
    view = await Builds(client).status(build_id)
    return {question.id: question.answer for question in view.questions}


async def test_questions_are_listed_with_their_deadline_and_what_happens_then(
    client: Client, here: CommandLine
) -> None:
    profile = terms(answer_deadline=timedelta(hours=1), on_unanswered=OnUnanswered.ASSUME)
    async with stage(client, profile) as scene:
        scene.script[Phase.DISCOVERY] = [{"questions": ASKED}]
        await Builds(client).start(scene.request("asks"))
        await Builds(client).start(scene.request("asks-nothing"))
        await until(client, "asks", State.DISCOVERY, "answer")
        async with asyncio.timeout(20):  # Temporal's list is moments late
            while "asks" not in {row["build_id"] for row in (await here("questions", "--json")).json["questions"]}:
                await asyncio.sleep(0.05)
        shown = await here("questions", "asks")
        one, two = (await here("questions", "asks", "--json")).json["questions"]
        none = await here("questions", "asks-nothing")

    assert (one["question_id"], one["phase"], one["on_deadline"]) == ("Q-1", "discovery", "assume")
    assert (two["text"], two["deadline"] is not None) == ("which size?", True)
    assert "then the role goes on with an assumption" in shown.told
    assert "python starter.py answer asks" in shown.told
    assert "\x1b" not in shown.out
    assert none.told == "No questions."


async def test_a_person_answers_one_question_after_the_other(
    client: Client, environ: dict[str, str], tmp_path: Path
) -> None:
    async with stage(client, terms(answer_deadline=timedelta(hours=1))) as scene:
        scene.script[Phase.DISCOVERY] = [{"questions": ASKED}]
        await Builds(client).start(scene.request("answered"))
        await until(client, "answered", State.DISCOVERY, "answer")

        def answer() -> str:
            with terminal("answer", "answered", env=environ, cwd=tmp_path) as person:
                assert "which colour?" in person.until("then the build is parked")
                for line in ("- blue", "  - light", ""):
                    person.until(">")
                    person.type(line)
                person.until("which size?")
                person.until(">")
                person.type("")
                assert person.end() == 0
            return person.shown

        shown = await asyncio.to_thread(answer)
        assert await answers(client, "answered") == {"Q-1": "- blue\n  - light", "Q-2": None}

    assert "Left open." in shown
    assert "✓ answered" in shown


async def test_ctrl_c_leaves_a_question_open(client: Client, environ: dict[str, str], tmp_path: Path) -> None:
    async with stage(client) as scene:
        scene.script[Phase.DISCOVERY] = [{"questions": ASKED}]
        await Builds(client).start(scene.request("left"))
        await until(client, "left", State.DISCOVERY, "answer")

        def leave() -> int:
            with terminal("answer", "left", "Q-2", env=environ, cwd=tmp_path) as person:
                assert "which size?" in person.until(">")
                person.process.send_signal(signal.SIGINT)
                return person.end()

        assert await asyncio.to_thread(leave) == 130
        assert await answers(client, "left") == {"Q-1": None, "Q-2": None}


async def test_programs_are_told_what_is_open_and_may_answer_by_standard_input(
    client: Client, here: CommandLine
) -> None:
    async with stage(client) as scene:
        scene.script[Phase.DISCOVERY] = [{"questions": ASKED}]
        await Builds(client).start(scene.request("piped"))
        await until(client, "piped", State.DISCOVERY, "answer")
        nobody = await here("answer", "piped", "--json")
        wrong = await here("answer", "piped", "Q-9", "--json")
        piped = await here("answer", "piped", "Q-1", "-", stdin=b"- blue\n- green\n")
        assert (await answers(client, "piped"))["Q-1"] == "- blue\n- green"

    assert (nobody.code, nobody.json["error"]["code"]) == (2, "usage")
    assert "Open: Q-1, Q-2" in nobody.err
    assert (wrong.code, wrong.json["error"]["code"]) == (1, "no_such_question")
    assert piped.code == 0


async def test_a_build_that_asks_nothing_says_so(client: Client, here: CommandLine) -> None:
    async with stage(client, all_manual()) as scene:
        await Builds(client).start(scene.request("content"))
        said = await here("answer", "content", "--json")

    assert (said.code, said.json["error"]["message"]) == (1, "Build 'content' has no question")
