"""HTTP itself, and the life of the server."""

import gzip
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event
from typing import Any

import pytest

from tests.modelserver import Always, Hold, Kind, ModelServer, Say
from tests.modelserver.fixture import ModelServers
from tests.unit.modelserver.conftest import CHAT, ask, connect, question


def test_one_connection_serves_many_requests(model_server: ModelServers) -> None:
    server = model_server(*[Say("a")] * 4)
    sockets = set()
    with closing(connect(server)) as connection:
        for wire in ("chat", "anthropic", "gemini", "responses"):
            assert ask(connection, *question(wire, stream=True)).status == 200
            sockets.add(connection.sock)
    assert len(sockets) == 1
    server.assert_done()


def test_streams_are_chunked_and_wholes_have_a_length(model_server: ModelServers, wire: str) -> None:
    server = model_server(Say("Grüße"), Say("Grüße"))
    whole, streamed = (ask(server, *question(wire, stream=stream)) for stream in (False, True))
    assert int(whole.headers["content-length"]) == len(whole.body)
    assert "transfer-encoding" not in whole.headers
    assert (streamed.headers["transfer-encoding"], "content-length" in streamed.headers) == ("chunked", False)


def _chunks(body: Any) -> Iterator[bytes]:
    raw = json.dumps(body).encode()
    yield from (raw[start : start + 50] for start in range(0, len(raw), 50))


def test_bodies_may_come_in_chunks_or_packed(model_server: ModelServers) -> None:
    server = model_server(Say("a"), Say("b"))
    path, body = question("chat", "Grüße")
    with closing(connect(server)) as connection:
        connection.request("POST", path, _chunks(body), {"transfer-encoding": "chunked"}, encode_chunked=True)
        response = connection.getresponse()
        assert (response.status, bool(response.read())) == (200, True)
        assert ask(connection, path, gzip.compress(json.dumps(body).encode()), content_encoding="gzip").status == 200
    assert [request.conversation.said for request in server.asked] == ["Grüße", "Grüße"]


def test_an_unknown_path_is_not_found_in_the_words_of_its_wire(model_server: ModelServers) -> None:
    server = model_server()
    chat = ask(server, "/v1/embeddings", {"input": "x"}, authorization="Bearer k")
    anthropic = ask(server, "/v1/organizations?limit=1", method="GET", anthropic_version="2023-06-01")
    gemini = ask(server, "/v1beta/cachedContents", {})
    assert [answer.status for answer in (chat, anthropic, gemini)] == [404] * 3
    assert chat.json["error"]["type"] == "invalid_request_error"
    assert anthropic.json["error"]["type"] == "not_found_error"
    assert gemini.json["error"]["status"] == "NOT_FOUND"
    assert [request.path for request in server.unknown] == [
        "/v1/embeddings", "/v1/organizations", "/v1beta/cachedContents"
    ]  # fmt: skip
    assert server.unknown[1].query == {"limit": "1"}
    server.assert_done()


def test_a_head_gets_no_body(model_server: ModelServers) -> None:
    server = model_server()
    with closing(connect(server)) as connection:
        answer = ask(connection, "/", method="HEAD")
        assert (answer.status, answer.body) == (404, b"")
        assert ask(connection, "/v1/models", method="GET").status == 200


def test_it_sees_who_dials_out_through_it(model_server: ModelServers) -> None:
    server = model_server()
    assert ask(server, "telemetry.example:443", method="CONNECT").status == 404
    assert ask(server, "http://telemetry.example/v1/models", method="GET").status == 404
    assert [request.path for request in server.unknown] == [
        "telemetry.example:443", "http://telemetry.example/v1/models"
    ]  # fmt: skip


def test_models_are_listed_and_described(model_server: ModelServers) -> None:
    server = model_server(models=("small", "big"))
    chat = ask(server, "/v1/models", method="GET").json
    anthropic = ask(server, "/v1/models", method="GET", anthropic_version="2023-06-01").json
    gemini = ask(server, "/v1beta/models", method="GET").json
    assert [model["id"] for model in chat["data"]] == [model["id"] for model in anthropic["data"]] == ["small", "big"]
    assert [model["name"] for model in gemini["models"]] == ["models/small", "models/big"]
    assert ask(server, "/v1/models/big", method="GET").json["id"] == "big"
    assert ask(server, "/v1/models/big", method="GET", anthropic_version="1").json["type"] == "model"
    assert ask(server, "/v1beta/models/big", method="GET").json["name"] == "models/big"
    assert ask(server, "/v1/models/none", method="GET").status == 404
    assert {request.kind for request in server.requests} == {Kind.MODELS}
    server.assert_done()


def test_tokens_are_counted_without_a_turn(model_server: ModelServers) -> None:
    server = model_server()
    messages, contents = question("anthropic")[1], question("gemini")[1]
    del messages["max_tokens"]
    assert ask(server, "/v1/messages/count_tokens", messages).json["input_tokens"] > 10
    assert ask(server, "/v1beta/models/m:countTokens", contents).json["totalTokens"] > 10
    wrapped = {"generateContentRequest": {"model": "models/m", **contents}}
    assert ask(server, "/v1beta/models/m:countTokens", wrapped).json["totalTokens"] > 10
    assert server.requests[0].conversation.said == server.requests[2].conversation.said == "Hello"
    assert server.asked == ()
    server.assert_done()


def test_a_client_that_goes_away_is_no_fault(model_server: ModelServers) -> None:
    server = model_server(Say("a"))
    port = int(server.url.rpartition(":")[2])
    for half in (
        b"POST /v1/messages HTTP/1.1\r\ncontent-length: 99\r\n\r\n{",
        b"POST /v1/messages HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n",
        b"POST /v1/messages HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{",
    ):
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(half)
            client.shutdown(socket.SHUT_WR)
            assert client.recv(100) == b""
    assert ask(server, *question("chat")).status == 200
    assert [request.path for request in server.requests] == [CHAT]
    server.assert_done()


def test_a_request_that_cannot_be_read_is_a_fault(model_server: ModelServers) -> None:
    server = model_server()
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2]))) as client:
        client.sendall(b"POST /v1/messages HTTP/1.1\r\ncontent-length: many\r\n\r\n")
        assert client.recv(100) == b""
    with pytest.raises(AssertionError, match="failed to serve a connection: ValueError"):
        server.assert_done()


def test_the_end_leaves_no_thread_and_no_socket() -> None:
    before = set(threading.enumerate())
    never = Always(Hold(Event(), Say("never said"), after_bytes=20))
    with ModelServer(never) as server, closing(connect(server)) as idle, ThreadPoolExecutor(2) as pool:
        ask(idle, "/v1/models", method="GET")
        held = [pool.submit(ask, server, *question("chat", stream=stream)) for stream in (True, False)]
        server.wait_for(2)
        server.stop()
        # Cut off before or after its first bytes: the end comes when it comes.
        assert all(isinstance(answer.exception(30), http.client.HTTPException) for answer in held)
        assert idle.sock is not None
        assert idle.sock.recv(1) == b""
    assert set(threading.enumerate()) <= before
    with pytest.raises(ConnectionRefusedError):
        ask(server, "/v1/models", method="GET")


def test_two_servers_do_not_know_each_other(model_server: ModelServers) -> None:
    one, two = model_server(Say("a")), model_server(Say("b"))
    assert ask(two, *question("chat")).json["choices"][0]["message"]["content"] == "b"
    assert (one.url != two.url, one.requests, one.openai_url) == (True, (), f"{one.url}/v1")
    two.assert_done()
