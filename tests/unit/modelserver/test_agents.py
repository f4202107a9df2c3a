"""Scripts for coding agents."""

from typing import Any

import pytest

from tests.modelserver import Always, Call, Kind, Say
from tests.modelserver.agents import asides, by_progress, runs, writes
from tests.modelserver.fixture import ModelServers
from tests.unit.modelserver.conftest import MESSAGES, ask

FILE, TEXT = "/tree/a b.py", "print('x')\n"


def _body(*tools: str, results: int = 0) -> dict[str, Any]:
    messages: list[Any] = [{"role": "user", "content": "Write it"}]
    for number in range(results):
        calls = [{"type": "tool_use", "id": f"c{number}{each}", "name": "t", "input": {}} for each in "ab"]
        back = [{"type": "tool_result", "tool_use_id": call["id"], "content": "ok"} for call in calls]
        messages += [{"role": "assistant", "content": calls}, {"role": "user", "content": back}]
    offered = [{"name": name, "input_schema": {"type": "object"}} for name in tools]
    return {"model": "m", "max_tokens": 9, "messages": messages, "tools": offered}


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("Write", {"file_path": FILE, "content": TEXT}),
        ("write_file", {"file_path": FILE, "content": TEXT}),
        ("write", {"filePath": FILE, "content": TEXT}),
        ("exec_command", {"cmd": """printf %s 'print('"'"'x'"'"')\n' >'/tree/a b.py'"""}),
    ],
)
def test_a_file_is_written_with_the_tool_that_is_offered(
    model_server: ModelServers, tool: str, arguments: dict[str, Any]
) -> None:
    server = model_server(writes(FILE, TEXT))
    (call,) = ask(server, MESSAGES, _body("Other", tool)).json["content"]
    assert (call["name"], call["input"]) == (tool, arguments)
    server.assert_done()


def test_an_agent_without_tools_gets_the_file_as_text(model_server: ModelServers) -> None:
    (said,) = ask(model_server(writes("a.py", TEXT)), MESSAGES, _body()).json["content"]
    assert said["text"] == f"I write it.\n\na.py\n```\n{TEXT}```\n"


@pytest.mark.parametrize(
    ("tool", "key"),
    [("Bash", "command"), ("bash", "command"), ("run_shell_command", "command"), ("exec_command", "cmd")],
)
def test_a_command_is_run_with_the_tool_that_is_offered(model_server: ModelServers, tool: str, key: str) -> None:
    (call,) = ask(model_server(runs("make")), MESSAGES, _body(tool)).json["content"]
    assert (call["name"], call["input"][key]) == (tool, "make")


@pytest.mark.parametrize("turn", [writes(FILE, TEXT), runs("make")])
def test_where_no_tool_fits_it_says_which_there_are(model_server: ModelServers, turn: Any) -> None:
    answer = ask(model_server(turn), MESSAGES, _body("Other", "Another"))
    assert answer.status == 500
    assert "none of these tools is known" in answer.json["error"]["message"]
    assert "Other, Another" in answer.json["error"]["message"]


def test_the_turn_follows_the_progress_of_the_conversation(model_server: ModelServers) -> None:
    server = model_server(Always(by_progress(Call("t", {"n": 1}), Call("t", {"n": 2}), Say("Done."))))
    numbers = [
        ask(server, MESSAGES, _body("t", results=results)).json["content"][0].get("input", {}).get("n")
        for results in (0, 0, 1, 2, 3, 1)
    ]
    assert numbers == [1, 1, 2, None, None, 2]


def test_titles_are_given_beside_the_script(model_server: ModelServers) -> None:
    server = model_server(Say("Done."), aside=asides)
    assert "A task" in ask(server, MESSAGES, _body()).json["content"][0]["text"]
    assert ask(server, MESSAGES, _body("Write")).json["content"][0]["text"] == "Done."
    assert [request.kind for request in server.requests] == [Kind.ASIDE, Kind.ANSWER]
    server.assert_done()
