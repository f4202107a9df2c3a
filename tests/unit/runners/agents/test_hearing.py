"""How the words of each agent are understood."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from baton.domain.evidence import Usage
from baton.runners.agents.known import PRESETS
from baton.runners.agents.preset import Agent
from baton.runners.agents.told import Listener, Told
from tests.unit.runners.agents.test_presets import CALL, SESSION


def heard(agent: Agent, events: Iterable[dict[str, Any] | str], piece: int = 7) -> tuple[Told, list[Usage | None]]:
    """What is understood of ``events``, which come in small pieces, and the usage as it grew."""
    usages: list[Usage | None] = []
    listener = Listener(PRESETS[agent].hear, lambda told: usages.append(told.usage))
    text = "".join(f"{event if isinstance(event, str) else json.dumps(event)}\n" for event in events).encode()
    for start in range(0, len(text), piece):
        listener.feed(text[start : start + piece])
    return listener.close(), usages


def used(usage: Usage | None) -> tuple[Any, ...]:
    assert usage is not None
    return usage.requests, usage.input_tokens, usage.output_tokens, usage.cached_tokens, usage.cost_usd


def _claude_answer(number: int, text: str, parent: str | None = None, **message: Any) -> dict[str, Any]:
    usage = {"input_tokens": 10, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 2, "output_tokens": 1}
    content = [{"type": "text", "text": text}]
    told = {"id": f"msg_{number}", "model": "claude-x", "content": content, "usage": usage} | message
    return {"type": "assistant", "session_id": SESSION, "parent_tool_use_id": parent, "message": told}


def _by_model(new: int, output: int, read: int, written: int) -> dict[str, int]:
    return {
        "inputTokens": new, "outputTokens": output, "cacheReadInputTokens": read, "cacheCreationInputTokens": written,
    }  # fmt: skip


def test_claude_tells_what_it_uses_while_it_works_and_sums_it_up() -> None:
    result = {
        "type": "result", "subtype": "success", "is_error": False, "result": "Done.", "session_id": SESSION,
        "total_cost_usd": 0.25, "usage": {"input_tokens": 1, "output_tokens": 1},
        "modelUsage": {"claude-x": _by_model(30, 9, 15, 6), "claude-small": _by_model(4, 1, 0, 0)},
    }  # fmt: skip
    told, usages = heard(
        Agent.CLAUDE_CODE,
        [
            {"type": "system", "subtype": "init", "model": "claude-x", "session_id": SESSION},
            _claude_answer(1, "I look."),
            _claude_answer(1, "I look closer."),  # another block of the same answer
            _claude_answer(2, "Searching.", parent="toolu_1"),  # a helper's
            _claude_answer(3, "Done."),
            result,
        ],
    )
    assert [None if usage is None else used(usage)[:4] for usage in usages] == [
        None, (1, 17, 1, 5), (1, 17, 1, 5), (2, 34, 2, 10), (3, 51, 3, 15), (3, 55, 10, 15),
    ]  # fmt: skip
    assert (told.session, told.model, told.message, told.error) == (SESSION, "claude-x", "Done.", "")
    assert used(told.usage) == (3, 55, 10, 15, 0.25)


@pytest.mark.parametrize(
    ("result", "error"),
    [
        ({"subtype": "success", "is_error": True, "result": "Invalid API key"}, "Invalid API key"),
        ({"subtype": "error_max_turns", "is_error": True}, "error_max_turns"),
        ({"subtype": "error_max_budget_usd", "is_error": True, "errors": ["Reached $1"]}, "Reached $1"),
    ],
)
def test_claudes_failures_are_told_by_their_flag(result: dict[str, Any], error: str) -> None:
    synthetic = _claude_answer(2, "API Error", model="<synthetic>")
    told, _ = heard(Agent.CLAUDE_CODE, [_claude_answer(1, "I look."), synthetic, {"type": "result", **result}])
    assert (told.error, told.message) == (error, "I look.")


def test_codex_tells_its_thread_at_once_and_its_usage_at_the_end() -> None:
    told, usages = heard(
        Agent.CODEX,
        [
            "WARNING: something for people",
            {"type": "thread.started", "thread_id": "t-1"},
            {"type": "item.completed", "item": {"type": "error", "message": "Model metadata not found"}},
            {"type": "item.completed", "item": {"type": "agent_message", "text": "I look."}},
            {"type": "error", "message": "Reconnecting... 1/5"},
            {"type": "item.completed", "item": {"type": "command_execution", "command": "ls", "exit_code": 0}},
            {"type": "item.completed", "item": {"type": "agent_message", "text": "Done."}},
            {"type": "turn.completed", "usage": {"input_tokens": 90, "cached_input_tokens": 40, "output_tokens": 7}},
        ],
    )
    assert (told.session, told.message, told.error) == ("t-1", "Done.", "")
    assert used(told.usage) == (1, 90, 7, 40, None)
    assert usages[:-1] == [None] * 7


def test_codex_tells_why_a_turn_failed() -> None:
    told, _ = heard(
        Agent.CODEX,
        [{"type": "error", "message": "Reconnecting... 5/5"}, {"type": "turn.failed", "error": {"message": "401"}}],
    )
    assert (told.error, told.usage) == ("401", None)


def test_gemini_tells_its_messages_in_pieces() -> None:
    stats = {"input_tokens": 300, "output_tokens": 60, "cached": 20, "tool_calls": 2}
    told, _ = heard(
        Agent.GEMINI,
        [
            {"type": "init", "session_id": SESSION, "model": "gemini-x"},
            {"type": "message", "role": "user", "content": "the task"},
            {"type": "message", "role": "assistant", "content": "I lo", "delta": True},
            {"type": "message", "role": "assistant", "content": "ok.", "delta": True},
            {"type": "tool_use", "tool_name": "write_file"},
            {"type": "message", "role": "assistant", "content": "Do", "delta": True},
            {"type": "message", "role": "assistant", "content": "ne.", "delta": True},
            {"type": "result", "status": "success", "stats": stats},
        ],
    )
    assert (told.session, told.model, told.message) == (SESSION, "gemini-x", "Done.")
    assert used(told.usage) == (3, 300, 60, 20, None)


def test_gemini_tells_its_error_at_the_end() -> None:
    stats = {"input_tokens": 0, "output_tokens": 0, "cached": 0, "tool_calls": 0}
    told, _ = heard(Agent.GEMINI, [{"type": "result", "status": "error", "error": {"message": "401"}, "stats": stats}])
    assert told.error == "401"


@pytest.mark.parametrize(("cost", "told_cost"), [(0.5, 1.0), (0, None)])
def test_opencode_tells_each_step(cost: float, told_cost: float | None) -> None:
    tokens = {"input": 100, "output": 20, "reasoning": 3, "cache": {"read": 30, "write": 7}}
    steps = [
        {"type": "step_finish", "sessionID": "ses_1", "part": {"id": f"p{number}", "tokens": tokens, "cost": cost}}
        for number in range(2)
    ]
    told, _ = heard(
        Agent.OPENCODE,
        [
            {"type": "text", "sessionID": "ses_1", "part": {"text": "Done."}},
            {"type": "text", "part": {"text": " "}},
            *steps,
        ],
    )
    assert (told.session, told.message) == ("ses_1", "Done.")
    assert used(told.usage) == (2, 274, 46, 60, told_cost)


def test_an_answer_of_opencodes_that_was_cut_short_is_a_failure_unless_another_follows() -> None:
    tokens = {"input": 1, "output": 1, "reasoning": 0, "cache": {"read": 0, "write": 0}}
    cut, whole = (
        {"type": "step_finish", "part": {"id": reason, "tokens": tokens, "reason": reason}}
        for reason in ("length", "stop")
    )
    assert heard(Agent.OPENCODE, [cut])[0].error == "the model's last answer was cut short (length)"
    assert heard(Agent.OPENCODE, [cut, whole])[0].error == ""


@pytest.mark.parametrize(
    ("error", "reason"), [({"name": "APIError", "data": {"message": "bad key"}}, "bad key"), ({"name": "Gone"}, "Gone")]
)
def test_opencode_tells_its_errors(error: dict[str, Any], reason: str) -> None:
    assert heard(Agent.OPENCODE, [{"type": "error", "error": error}])[0].error == reason


def _aider(tmp_path: Path, *, answered: bool, writes: bool = True) -> Told:
    call = replace(CALL, home=tmp_path, scratch=tmp_path, session="s", writes=writes)
    (tmp_path / "chat-s.md").write_text(
        "\n# aider chat started\n\n#### The task  \n#### on two lines  \n\nI write it.\n\n"
        'adder.py\n```\nx = 1\n```\n\n{"summary": "a"}\n\n> Applied edit to adder.py  \n'
    )
    sent = {"prompt_tokens": 50, "completion_tokens": 5, "total_cost": 0.25}
    events: list[dict[str, Any]] = [{"event": "launched"}, {"event": "message_send_starting"}]
    events += [{"event": "message_send", "properties": sent}] if answered else []
    (tmp_path / "statistics.jsonl").write_text("".join(json.dumps(event) + "\n" for event in [*events, ["odd"]]))
    told = heard(Agent.AIDER, ["Aider v0.86", "litellm.AuthenticationError: OpenAIException - bad key"])[0]
    PRESETS[Agent.AIDER].recall(told, call)
    return told


def test_what_aider_said_and_used_stands_in_its_files(tmp_path: Path) -> None:
    told = _aider(tmp_path, answered=True)
    assert (told.session, told.message, told.error) == ("s", 'I write it.\n\n{"summary": "a"}', "")
    assert used(told.usage) == (1, 50, 5, 0, 0.25)


def test_a_question_of_aiders_that_was_not_answered_is_its_failure(tmp_path: Path) -> None:
    told = _aider(tmp_path, answered=False)
    assert (told.error, told.usage) == ("litellm.AuthenticationError: OpenAIException - bad key", None)


@pytest.mark.parametrize("agent", Agent)
@pytest.mark.parametrize(
    "line",
    ["", "prose", "[]", "null", '{"type": "result"}', '{"type": "assistant", "message": {"id": 1, "usage": null}}',
     '{"type": "item.completed", "item": null}', '{"type": "step_finish", "part": {"tokens": 3}}', '{"type": []}',
     '{"type": "turn.completed", "usage": {"input_tokens": -5, "output_tokens": 1}}', "[" * 100_000],
)  # fmt: skip
def test_output_of_another_form_is_passed_over(agent: Agent, line: str) -> None:
    told, _ = heard(agent, [line, line], piece=65_536)
    assert told.message == ""
    assert told.usage is None or told.usage.input_tokens == 0


def test_a_line_that_never_ends_is_dropped_and_the_next_is_heard() -> None:
    listener = Listener(PRESETS[Agent.CODEX].hear, lambda told: None)
    for _ in range(20):
        listener.feed(b"x" * 1024 * 1024)
    listener.feed(b'x\n{"type": "thread.started", "thread_id": "t-1"}')
    assert listener.close().session == "t-1"
