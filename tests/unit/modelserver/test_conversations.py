"""Whole conversations: what the model called, what came back, and what providers refuse."""

import json
from typing import Any

import pytest

from tests.modelserver import Call, Reply, Say
from tests.modelserver.fixture import ModelServers
from tests.modelserver.request import WireName
from tests.modelserver.wires.registry import WIRES
from tests.unit.modelserver.conftest import ask, question


def _continued(wire: str, body: dict[str, Any], answer: Any, results: list[str]) -> dict[str, Any]:
    """The next request: what was asked, what was answered, the results of its calls in order."""
    match wire:
        case "chat":
            said = answer["choices"][0]["message"]
            back = [
                {"role": "tool", "tool_call_id": call["id"], "content": result}
                for call, result in zip(said["tool_calls"], results, strict=False)
            ]
            return body | {"messages": [*body["messages"], said, *back]}
        case "responses":
            calls = [item for item in answer["output"] if item["type"] == "function_call"]
            back = [
                {"type": "function_call_output", "call_id": call["call_id"], "output": result}
                for call, result in zip(calls, results, strict=False)
            ]
            return body | {"input": [{"role": "user", "content": body["input"]}, *answer["output"], *back]}
        case "anthropic":
            calls = [block for block in answer["content"] if block["type"] == "tool_use"]
            back = [
                {"type": "tool_result", "tool_use_id": call["id"], "content": [{"type": "text", "text": result}]}
                for call, result in zip(calls, results, strict=False)
            ]
            said = {"role": "assistant", "content": answer["content"]}
            return body | {"messages": [*body["messages"], said, {"role": "user", "content": back}]}
        case _:
            said = answer["candidates"][0]["content"]
            calls = [part["functionCall"] for part in said["parts"] if "functionCall" in part]
            back = [
                {"functionResponse": {"name": call["name"], "response": {"output": result}}}
                for call, result in zip(calls, results, strict=False)
            ]
            return body | {"contents": [*body["contents"], said, {"role": "user", "parts": back}]}


def test_calls_and_results_are_read_back(model_server: ModelServers, wire: str) -> None:
    server = model_server(Reply(Say("I add."), Call("add", {"a": 1}), Call("add", {"a": 2})), Say("Three."))
    path, body = question(wire)
    answer = ask(server, path, body).json
    assert ask(server, path, _continued(wire, body, answer, ["one", "twö"])).status == 200
    told = server.asked[-1].conversation
    assert [(call.name, call.arguments) for call in told.calls] == [("add", {"a": 1}), ("add", {"a": 2})]
    assert [result.text for result in told.new_results] == ["one", "twö"]
    assert [result.call_id for result in told.tool_results] == [call.call_id for call in told.calls]
    assert (told.said, told.texts) == ("Hello", ("Hello", "I add."))
    server.assert_done()


@pytest.mark.parametrize(
    ("results", "complaint"),
    [([], "tool calls without results"), (["one", "two", "three"], ""), (["one"], "tool calls without results")],
    ids=["no result", "all results", "one result too few"],
)
def test_calls_without_results_are_refused_as_providers_do(
    model_server: ModelServers, wire: str, results: list[str], complaint: str
) -> None:
    server = model_server(Reply(Call("add", {"a": 1}), Call("add", {"a": 2})), Say("Three."))
    path, body = question(wire)
    continued = _continued(wire, body, ask(server, path, body).json, results)
    answer = ask(server, path, continued)
    assert answer.status == (400 if complaint else 200)
    assert complaint in answer.body.decode()
    if complaint:
        with pytest.raises(AssertionError, match=complaint):
            server.assert_done()


def test_a_result_that_comes_twice_is_refused(model_server: ModelServers, wire: str) -> None:
    server = model_server(Call("add", {"a": 1}), Say("Never said."))
    path, body = question(wire)
    continued = _continued(wire, body, ask(server, path, body).json, ["one"])
    match wire:
        case "gemini":
            continued["contents"][-1]["parts"] *= 2
        case "responses":
            continued["input"].append(continued["input"][-1])
        case "anthropic":
            continued["messages"][-1]["content"] *= 2
        case _:
            continued["messages"].append(continued["messages"][-1])
    assert ask(server, path, continued).status == 400


def test_what_providers_require_is_required(model_server: ModelServers, wire: str) -> None:
    server = model_server()
    path, body = question(wire)
    needed = {"chat": "messages", "responses": "input", "anthropic": "max_tokens", "gemini": "contents"}[wire]
    answer = ask(server, path, {name: value for name, value in body.items() if name != needed})
    assert answer.status == 400
    assert f"{needed}: field required" in answer.json["error"]["message"]
    assert ask(server, path, b"{").status == 400
    assert ask(server, path, body | {needed: [7]}).status == 400
    assert len(server.requests) == 3
    with pytest.raises(AssertionError, match="field required"):
        server.assert_done()


def test_free_form_tools_are_called_with_text(model_server: ModelServers) -> None:
    server = model_server(Call("patch", "*** Begin"), Say("Done."))
    path, body = question("responses")
    body["tools"] = [{"type": "custom", "name": "patch"}, {"type": "web_search"}]
    output = ask(server, path, body).json["output"]
    assert (output[0]["type"], output[0]["input"]) == ("custom_tool_call", "*** Begin")
    back = {"type": "custom_tool_call_output", "call_id": output[0]["call_id"], "output": "applied"}
    sent = [{"role": "developer", "content": "Be quick."}, {"role": "user", "content": "Go"}, *output, back]
    assert ask(server, path, body | {"input": [*sent, {"type": "reasoning", "summary": []}]}).status == 200
    told = server.asked[-1].conversation
    assert [(tool.name, tool.kind) for tool in told.tools] == [("patch", "custom"), ("web_search", "web_search")]
    assert (told.calls[0].arguments, told.new_results[0].text) == ("*** Begin", "applied")
    assert told.system == "Be short.\n\nBe quick."


def test_a_system_message_may_stand_between_others(model_server: ModelServers) -> None:
    server = model_server(Say("Hi."))
    path, body = question("anthropic")
    body["messages"].append({"role": "system", "content": "The files changed."})
    assert ask(server, path, body).status == 200
    told = server.asked[0].conversation
    assert (told.system, told.texts) == ("Be short.\n\nThe files changed.", ("Hello",))


def test_arguments_that_are_no_json_are_read_as_they_are() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "add", "arguments": "{broken"}}
    messages = [{"role": "user", "content": "Hi"}, {"role": "assistant", "tool_calls": [call]}]
    told = WIRES[WireName.CHAT].read("", {}, json.loads(json.dumps({"model": "m", "messages": messages})))
    assert told.calls[0].arguments == "{broken"
