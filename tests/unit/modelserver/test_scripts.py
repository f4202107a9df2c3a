"""The script: its turns in order, what is beyond it, and what it complains of."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from tests.modelserver import Always, Call, Hold, Kind, ModelServer, Request, Say, Slow, Turn
from tests.modelserver.fixture import ModelServers
from tests.unit.modelserver.conftest import CHAT, ask, question


def _texts(server: ModelServer, count: int) -> list[str | None]:
    return [ask(server, *question("chat")).json["choices"][0]["message"]["content"] for _ in range(count)]


def test_turns_are_played_in_order(model_server: ModelServers) -> None:
    server = model_server(Say("a"), Slow(0.01, Say("b")), Say("c"))
    assert _texts(server, 3) == ["a", "b", "c"]
    server.assert_done()


def test_beyond_its_end_the_script_fails_loudly(model_server: ModelServers, wire: str) -> None:
    server = model_server(Say("a"))
    ask(server, *question(wire))
    answer = ask(server, *question(wire, "And now?"))
    assert answer.status == 400
    assert "the script of 1 turn(s) is over" in answer.json["error"]["message"]
    assert "'And now?'" in answer.json["error"]["message"]
    assert len(server.asked) == 2
    with pytest.raises(AssertionError, match=r"the script of 1 turn\(s\) is over"):
        server.assert_done()


def test_turns_that_nobody_asked_for_are_complained_of(model_server: ModelServers) -> None:
    server = model_server(Say("a"), Say("b"), Call("c"))
    _texts(server, 1)
    with pytest.raises(AssertionError, match=r"2 of 3 turn\(s\) were not asked for; the next is Say\(text='b'\)"):
        server.assert_done()


def test_the_last_turn_can_be_played_for_ever(model_server: ModelServers) -> None:
    server = model_server(Say("a"), Always(Say("z")))
    assert _texts(server, 4) == ["a", "z", "z", "z"]
    server.assert_done()


def test_nothing_can_stand_behind_what_is_played_for_ever() -> None:
    with pytest.raises(ValueError, match="Always has to be the last turn"):
        ModelServer(Always(Say("a")), Say("b"))


def test_a_turn_can_be_found_by_what_was_asked(model_server: ModelServers) -> None:
    def echo(request: Request) -> Turn:
        return lambda again: Say(f"{again.conversation.said} {request.wire.value}")

    server = model_server(Slow(0.0, echo))
    assert _texts(server, 1) == ["Hello openai-chat"]


def test_a_dialogue_that_raises_is_told_of(model_server: ModelServers) -> None:
    server = model_server(lambda request: Say(str(1 // len(request.headers["x-none"]))))
    answer = ask(server, *question("anthropic"))
    assert answer.status == 500
    assert "the script could not answer: KeyError('x-none')" in answer.json["error"]["message"]
    with pytest.raises(AssertionError, match="could not answer"):
        server.assert_done()


def test_what_is_answered_aside_takes_no_turn(model_server: ModelServers) -> None:
    server = model_server(Say("a"), aside=lambda request: Say("A title") if "title" in request.everything else None)
    path, body = question("chat", "Give me a title")
    assert ask(server, path, body).json["choices"][0]["message"]["content"] == "A title"
    assert _texts(server, 1) == ["a"]
    assert [request.kind for request in server.requests] == [Kind.ASIDE, Kind.ANSWER]
    assert [request.conversation.said for request in server.asked] == ["Hello"]
    server.assert_done()


def test_an_aside_that_raises_is_told_of_and_its_request_is_kept(model_server: ModelServers) -> None:
    server = model_server(Say("a"), aside=lambda request: Say(request.headers["x-none"]))
    assert ask(server, *question("chat")).status == 500
    assert [request.path for request in server.requests] == [CHAT]
    with pytest.raises(AssertionError, match="KeyError"):
        server.assert_done()


def test_a_wrong_key_takes_no_turn(model_server: ModelServers, wire: str) -> None:
    server = model_server(*[Say("a")] * 3, key="k-1")
    path, body = question(wire)
    assert ask(server, path, body, authorization="Bearer k-2").status == 401
    assert ask(server, path, body, authorization="Bearer k-1").status == 200
    assert ask(server, path, body, x_api_key="k-1").status == 200
    assert ask(server, path, body, x_goog_api_key="k-1").status == 200
    server.assert_done()


def test_many_clients_at_once_get_each_turn_once(model_server: ModelServers) -> None:
    server = model_server(*[Say(str(number)) for number in range(40)])
    with ThreadPoolExecutor(8) as pool:
        answers = [texts[0] for texts in pool.map(lambda _: _texts(server, 1), range(40))]
    assert sorted(answers, key=lambda text: int(text or -1)) == [str(number) for number in range(40)]
    server.assert_done()


def test_an_answer_is_held_until_the_test_lets_it_go(model_server: ModelServers, wire: str) -> None:
    go = Event()
    server = model_server(Hold(go, Say("a"), after_bytes=40))
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, server, *question(wire, stream=True))
        (request,) = server.wait_for(1)
        assert request.conversation.said == "Hello"
        assert not answer.done()
        go.set()
        assert answer.result(30).status == 200


def test_waiting_for_requests_that_do_not_come_fails(model_server: ModelServers) -> None:
    with pytest.raises(TimeoutError, match="asked 0 of 1 times"):
        model_server().wait_for(1, 0.01)
