from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from baton.domain.vocabulary import AccessRole, State
from baton.store.mirror import Mirror
from tests.gateways import Gateway, gateway, token
from tests.integration.web.events import Event, listening
from tests.journals import Story, request


@pytest.fixture
def here(tmp_path: Path, database_url: str, engine: Engine) -> Iterator[Gateway]:
    with gateway(tmp_path / "home", database_url) as made:
        yield made


def begun(build_id: str, **changes: str) -> Story:
    return Story.begin(request(build_id, **changes), at=datetime.now(UTC))


def done(build_id: str, **changes: str) -> Story:
    return begun(build_id, **changes).until(State.COMPLETE)


def told(event: Event) -> tuple[str, str, str]:
    return event.name, event.data["build_id"], event.data["current_state"]


def test_who_listens_looks_first_and_is_told_of_each_build_that_moves(here: Gateway, engine: Engine) -> None:
    mirror = Mirror(engine)
    story = begun("b-1")
    mirror.write(story.batch())
    with here.client() as client, listening(client, "/api/stream") as stream:
        assert next(stream).name == "refresh"
        before = len(story.entries)
        mirror.write(story.until(State.TESTING).batch(before + 1))
        assert told(next(stream)) == ("build", "b-1", "testing")
        mirror.write(done("b-2").batch())
        assert told(next(stream)) == ("build", "b-2", "complete")
        before = len(story.entries)
        mirror.write(story.until(State.COMPLETE).batch(before + 1))
        assert told(next(stream)) == ("build", "b-1", "complete")


def test_who_comes_back_is_told_what_was_missed_or_looks_again(here: Gateway, engine: Engine) -> None:
    mirror = Mirror(engine)
    with here.client() as client, listening(client, "/api/stream") as other:
        place = next(other).id
        mirror.write(done("b-1").batch())
        missed = next(other)
        with listening(client, "/api/stream", last=place) as stream:
            assert next(stream) == missed
        with listening(client, f"/api/stream?after={place}") as stream:
            assert next(stream) == missed
        for unknown in ("0.0", "nonsense", f"{place}9", "9" * 5_000):
            with listening(client, "/api/stream", last=unknown) as stream:
                assert next(stream).name == "refresh"


def test_only_what_was_asked_for_is_told_and_what_ceases_to_be_it(here: Gateway, engine: Engine) -> None:
    mirror = Mirror(engine)
    tested = begun("b-1").until(State.TESTING)
    mirror.write(tested.batch())
    with here.client() as client, listening(client, "/api/stream?state=testing&status=in_progress") as stream:
        assert next(stream).name == "refresh"
        mirror.write(done("b-2").batch())
        before = len(tested.entries)
        mirror.write(tested.until(State.COMPLETE).batch(before + 1))
        assert told(next(stream)) == ("build", "b-1", "complete")
        mirror.write(begun("b-3").until(State.TESTING).batch())
        assert told(next(stream)) == ("build", "b-3", "testing")


def test_a_token_hears_of_its_projects_alone(here: Gateway, engine: Engine) -> None:
    mirror = Mirror(engine)
    birds = token(engine, AccessRole.VIEWER, projects=("birds",))
    with here.client(birds) as client, listening(client, "/api/stream") as stream:
        assert next(stream).name == "refresh"
        mirror.write(done("b-1", project_id="bees").batch())
        mirror.write(done("b-2", project_id="birds").batch())
        assert told(next(stream)) == ("build", "b-2", "complete")


@pytest.mark.parametrize("query", ["state=nowhere", "status=unwell"])
def test_a_state_that_is_none_is_refused(here: Gateway, query: str) -> None:
    with here.client() as client:
        answer = client.get(f"/api/stream?{query}")
        assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
