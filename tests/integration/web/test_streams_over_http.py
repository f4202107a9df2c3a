"""Streams of one build as clients meet them: found, followed over a restart of the gateway, and not seen by others."""

import time
from pathlib import Path

import pytest
from sqlalchemy import Engine

from baton.domain.vocabulary import AccessRole, State
from baton.runtime.ports import free_port
from baton.store.ids import build_key
from baton.store.mirror import Mirror
from tests.gateways import gateway, token
from tests.integration.web.events import listening
from tests.journals import Story, happy, request

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_build_is_found_by_each_of_its_names(tmp_path: Path, database_url: str, engine: Engine) -> None:
    story = happy()
    Mirror(engine).write(story.batch())
    with gateway(tmp_path, database_url) as here, here.client() as client:
        for name in ("b-1", "build-b-1", str(build_key("b-1"))):
            with listening(client, f"/api/workflows/{name}/stream") as stream:
                heard = list(stream)
            assert [event.data["hash"] for event in heard[:-1]] == [entry.hash for entry in story.entries]
            assert heard[-1].name == "end"


def test_who_does_not_see_the_project_finds_no_build(tmp_path: Path, database_url: str, engine: Engine) -> None:
    Mirror(engine).write(happy().batch())
    with gateway(tmp_path, database_url) as here:
        with here.client(token(engine, AccessRole.VIEWER, projects=("birds",))) as client:
            unseen = client.get("/api/workflows/b-1/stream")
            assert (unseen.status_code, unseen.json()["code"]) == (404, "not_found")
        with here.client() as client:
            assert client.get("/api/workflows/b-1/stream").status_code == 401


def test_a_gateway_stops_at_once_with_streams_open_and_who_comes_back_misses_nothing(
    tmp_path: Path, database_url: str, engine: Engine
) -> None:
    story, port = Story.begin(request()), free_port()
    Mirror(engine).write(story.batch())
    with gateway(tmp_path, database_url, gateway_port=port) as here:
        client = here.client()
        with listening(client, "/api/workflows/b-1/stream") as stream:
            heard = [next(stream) for _ in story.entries]
            began = time.monotonic()
            here.stop()
            assert list(stream) == []
            assert time.monotonic() - began < 5
        client.close()
    first = len(story.entries) + 1
    Mirror(engine).write(story.until(State.COMPLETE).batch(first))
    with (
        gateway(tmp_path, database_url, gateway_port=port) as here,
        here.client() as client,
        listening(client, "/api/workflows/b-1/stream", last=heard[-1].id) as stream,
    ):
        missed = list(stream)
    hashes = [event.data["hash"] for event in [*heard, *missed[:-1]]]
    assert hashes == [entry.hash for entry in story.entries]
    assert missed[-1].name == "end"
