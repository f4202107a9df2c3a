"""Everything that can go wrong between a role and its model, and what becomes of it."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from threading import Event

import pytest

from baton.domain.vocabulary import Phase
from tests.activities.llm.conftest import CLAUDE, DONE, GPT, KEY, Stage, an_implementation
from tests.modelserver import Always, Call, Cut, Fail, Garbage, Hold, Reply, Say, Stop, Usage
from tests.orders import an_order

ORDER = an_implementation()


@pytest.mark.parametrize(
    ("model", "headers", "seconds"),
    [(CLAUDE, {"Retry-After": "7"}, 7.0), (GPT, {"retry-after-ms": "1500"}, 1.5), (GPT, {}, None)],
)
async def test_a_busy_provider_is_asked_again_when_it_says(
    stage: Stage, model: str, headers: dict[str, str], seconds: float | None
) -> None:
    stage.plays("code_writer", Always(Fail(429, "slow down", headers)), model=model)
    failure = await stage.fails(ORDER)
    assert (failure.type, failure.non_retryable) == ("model_busy", False)
    assert failure.next_retry_delay == (None if seconds is None else timedelta(seconds=seconds))
    assert "slow down" in failure.message
    assert stage.asked == 1  # the client does not try again by itself: that is Temporal's business


async def test_a_busy_provider_may_name_the_time_of_day(stage: Stage) -> None:
    then = format_datetime(datetime.now(UTC) + timedelta(minutes=5), usegmt=True)
    stage.plays("code_writer", Fail(429, "slow down", {"Retry-After": then}))
    delay = (await stage.fails(ORDER)).next_retry_delay
    assert delay is not None
    assert timedelta(minutes=4) < delay <= timedelta(minutes=5)


@pytest.mark.parametrize(
    ("model", "turn"),
    [
        (CLAUDE, Fail(500)),
        (CLAUDE, Fail(529, "overloaded")),
        (GPT, Fail(408)),
        (CLAUDE, Garbage()),
        (GPT, Garbage()),
        (CLAUDE, Garbage(b'{"hello": "world"}', "application/json")),
        (GPT, Garbage(b'{"hello": "world"}', "application/json")),
        (GPT, Garbage(b'{"id": "x", "choi', "application/json")),
        (CLAUDE, Cut(-1, Say("never said"))),
        (CLAUDE, Cut(40, DONE)),
        (GPT, Cut(40, DONE)),
    ],
)
async def test_a_provider_that_gives_no_answer_is_asked_again_later(
    stage: Stage, model: str, turn: Fail | Garbage | Cut
) -> None:
    stage.plays("code_writer", Always(turn), model=model)
    failure = await stage.fails(ORDER)
    assert (failure.type, failure.non_retryable) == ("model_unavailable", False)
    assert model in failure.message
    assert stage.asked == 1


async def test_an_answer_that_takes_too_long_is_not_waited_for(stage: Stage) -> None:
    never = Event()
    stage.plays("code_writer", Always(Hold(never, DONE)), options="request_timeout = 0.3\n")
    failure = await stage.fails(ORDER)
    assert (failure.type, failure.non_retryable) == ("model_unavailable", False)
    assert "gave no answer in 0.3 s" in failure.message
    assert "'request_timeout'" in failure.message


async def test_a_phase_that_takes_too_long_goes_on_at_the_next_attempt(stage: Stage) -> None:
    never = Event()
    stage.plays("code_writer", Call("list_files"), Hold(never, DONE), options='timeout = "1s"\n')
    failure = await stage.fails(ORDER)
    assert (failure.type, failure.non_retryable) == ("runner_timed_out", False)
    assert "goes on from the last one" in failure.message


async def test_nobody_listens(stage: Stage) -> None:
    stage.plays("code_writer", DONE)
    assert stage.server is not None
    stage.server.stop()
    failure = await stage.fails(ORDER)
    assert (failure.type, failure.non_retryable) == ("model_unavailable", False)
    assert "could not be reached" in failure.message


@pytest.mark.parametrize(
    ("model", "turn", "told"),
    [
        (CLAUDE, Fail(401, f"bad key {KEY}"), "'MODEL_KEY' of the worker's environment"),
        (GPT, Fail(401, f"bad key {KEY}"), "'MODEL_KEY' of the worker's environment"),
        (CLAUDE, Fail(403, "not for you"), "'MODEL_KEY' of the worker's environment"),
        (GPT, Fail(404, "model: no such model"), "Correct 'model' in the profile"),
        (CLAUDE, Fail(400, "temperature is out of range"), "whether the options of the role fit this model"),
        (CLAUDE, Fail(402, "pay first"), "Top it up"),
    ],
)
async def test_a_refusal_is_told_at_once_with_what_to_correct(
    stage: Stage, model: str, turn: Fail, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    stage.plays("code_writer", Always(turn), model=model)
    failure = await stage.fails(ORDER)
    assert (failure.type, failure.non_retryable) == ("model_refused", True)
    assert told in failure.message
    assert f"(HTTP {turn.status})" in failure.message
    assert KEY not in f"{failure.message} {failure.details} {failure.__cause__!r} {caplog.text}"
    assert failure.__cause__ is None  # the provider's own words would travel along, unwashed
    assert stage.asked == 1


async def test_credit_that_is_used_up_is_no_reason_to_wait(stage: Stage) -> None:
    body = b'{"error": {"message": "quota", "type": "insufficient_quota", "code": "insufficient_quota"}}'
    stage.plays("code_writer", Always(Fail(429, headers={"content-type": "application/json"}, body=body)), model=GPT)
    failure = await stage.fails(ORDER)
    assert (failure.type, failure.non_retryable) == ("model_refused", True)
    assert "credit or quota" in failure.message


@pytest.mark.parametrize(
    ("model", "turn"),
    [
        (CLAUDE, Call("report", {"proofs": "all of them"})),
        (GPT, Call("report", {"summary": "no proofs"})),
        (CLAUDE, Say("I am done.")),
        (CLAUDE, Call("no_such_tool")),
    ],
)
async def test_a_model_that_gives_no_report_is_told_so_and_then_given_up(
    stage: Stage, model: str, turn: Call | Say
) -> None:
    stage.plays("code_writer", Always(turn), model=model)
    failure = await stage.fails(ORDER)
    assert (failure.type, failure.non_retryable) == ("model_output_unusable", True)
    assert "did not give a report in its form" in failure.message
    assert stage.asked == 4


async def test_an_answer_that_was_cut_off_says_what_to_raise(stage: Stage) -> None:
    stage.plays("code_writer", Reply(Say(""), stop=Stop.LENGTH), options="max_output_tokens = 256\n")
    failure = await stage.fails(ORDER)
    assert (failure.type, failure.non_retryable) == ("model_output_unusable", True)
    assert "'max_output_tokens'" in failure.message


async def test_reaching_out_of_the_workspace_is_refused_counted_and_ends_the_phase(
    stage: Stage, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("not for models")
    await stage.bench.committed({"a.txt": "A"})
    workspace = await stage.bench.workspace()
    (workspace.tree / "way-out").symlink_to(tmp_path)
    commit = (await workspace.commit("A link", author="Test")).sha
    outside = [
        Call("read_file", {"path": str(secret)}),
        Call("read_file", {"path": "../../../secret.txt"}),
        Call("read_file", {"path": "way-out/secret.txt"}),
        Call("write_file", {"path": "way-out/new.txt", "text": "x"}),
        Call("list_files", {"folder": ".git"}),
        Call("delete_file", {"path": "way-out/secret.txt"}),
    ]
    stage.plays("code_writer", *outside)
    failure = await stage.fails(an_order(Phase.IMPLEMENTATION, commit=commit))
    assert (failure.type, failure.non_retryable) == ("model_out_of_bounds", True)
    assert "6 times" in failure.message
    assert [stage.results(number)[0].partition(":")[0] for number in range(2, 7)] == ["refused"] * 5
    assert stage.server is not None
    assert "not for models" not in "".join(request.everything for request in stage.server.asked)
    assert (secret.read_text(), [*tmp_path.glob("new.txt")]) == ("not for models", [])


@pytest.mark.parametrize(
    ("budget", "asked", "told"),
    [
        ({"requests": 2}, 2, "its requests: 2 of 2 requests"),
        ({"tokens": 240}, 2, "its tokens: 240 of 240 tokens"),
        ({"money": 0.0008}, 2, "its money: 0.0009 of 0.0008 US dollars"),
        ({"requests": 0}, 0, "its requests: 0 of 0 requests"),
        ({"money": 0.0}, 0, "its money: 0.0000 of 0.0000 US dollars"),
    ],
)
async def test_a_limit_ends_the_phase_before_the_next_request(
    stage: Stage, budget: dict[str, float], asked: int, told: str
) -> None:
    stage.plays("code_writer", Always(Call("list_files")), model=GPT)
    failure = await stage.fails(an_implementation(**budget))
    assert (failure.type, failure.non_retryable) == ("budget_spent", True)
    assert told in failure.message
    assert "then retry" in failure.message
    assert stage.asked == asked


async def test_work_that_is_done_stands_though_it_went_over_the_limit(stage: Stage) -> None:
    stage.plays("code_writer", Reply(DONE, usage=Usage(5_000, 500)))
    assert (await stage.perform(an_implementation(tokens=10))).summary == "wrote it"


async def test_money_cannot_be_limited_where_the_price_is_not_known(stage: Stage) -> None:
    stage.plays("code_writer", Always(Call("list_files")), model="openai-chat:a-model-of-our-own")
    failure = await stage.fails(an_implementation(money=5.0))
    assert (failure.type, failure.non_retryable) == ("budget_spent", True)
    assert "has no price in genai-prices" in failure.message
    assert stage.asked == 1


async def test_what_a_failed_phase_has_spent_is_told(stage: Stage) -> None:
    stage.plays("code_writer", Reply(Call("list_files"), usage=Usage(100, 20)), Fail(500))
    failure = await stage.fails(ORDER)
    (expenses,) = failure.details
    assert (expenses["usage"]["requests"], expenses["usage"]["input_tokens"]) == (1, 100)
