"""What every answer of a running gateway has, whoever asks and however it goes."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from baton.domain.vocabulary import AccessRole
from baton.store.tokens import list_tokens, revoke_token
from gateway.web import sessions
from gateway.web.server import Tokens
from gateway.web.shell.headers import SECURITY_HEADERS
from tests.gateways import gateway, token

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
A_ROUTE = "/api/stream?state=nowhere"
"""A request that is counted, and refused with 422: nothing streams."""


def test_every_answer_has_the_headers_that_protect_it(tmp_path: Path, database_url: str, engine: Engine) -> None:
    known = token(engine)
    with gateway(tmp_path, database_url, gateway_max_body_bytes=2000) as here, here.client() as client:
        answers = [
            (200, client.get("/healthz")),
            (401, client.get("/api/stream")),
            (404, client.get("/nothing")),
            (405, client.delete("/healthz")),
            (413, client.post("/nothing", content=b"x" * 2001)),
            (422, client.get(A_ROUTE, headers={"Authorization": f"Bearer {known}"})),
            (503, client.get("/readyz")),
        ]
        for status, answer in answers:
            assert answer.status_code == status, answer.text
            assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
            assert answer.headers["cache-control"] == "no-store"
            assert "server" not in answer.headers
            assert "access-control-allow-origin" not in answer.headers
            if status >= 400 and status != 503:
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.json()["status"] == status
        assert answers[1][1].headers["www-authenticate"].startswith("Bearer")


def test_a_token_has_so_many_requests_and_is_told_how_many_are_left(
    tmp_path: Path, database_url: str, engine: Engine
) -> None:
    one, other = token(engine), token(engine)
    with gateway(tmp_path, database_url, gateway_requests_per_minute=3) as here:
        with here.client(one) as client:
            answers = [client.get(A_ROUTE) for _ in range(4)]
            assert [answer.status_code for answer in answers] == [422, 422, 422, 429]
            assert answers[0].headers["ratelimit-policy"] == '"token";q=3;w=60'
            assert answers[0].headers["ratelimit"].startswith('"token";r=2;t=')
            assert answers[3].json()["code"] == "too_many_requests"
            assert 1 <= int(answers[3].headers["retry-after"]) <= 60
        with here.client(other) as client:
            assert client.get(A_ROUTE).status_code == 422


def test_guessing_ends_soon_and_harms_nobody_who_is_known(tmp_path: Path, database_url: str, engine: Engine) -> None:
    known = token(engine)
    with gateway(tmp_path, database_url, gateway_guesses_per_minute=5) as here, here.client() as client:
        right = {"Authorization": f"Bearer {known}"}
        assert client.get(A_ROUTE, headers=right).status_code == 422
        for number in range(5):
            guess = client.get(A_ROUTE, headers={"Authorization": f"Bearer baton_{number:032x}_{'a' * 43}"})
            assert guess.status_code == 401
        guess = client.get(A_ROUTE, headers={"Authorization": f"Bearer baton_{'f' * 32}_{'a' * 43}"})
        assert (guess.status_code, guess.json()["code"]) == (429, "too_many_attempts")
        assert int(guess.headers["retry-after"]) >= 1
        made_up = {"Cookie": f"{sessions.COOKIE}={'0' * 32}.99999999999.{'0' * 64}"}
        assert client.get(A_ROUTE, headers=made_up).status_code == 429
        assert client.get(A_ROUTE, headers=right).status_code == 422
        assert client.get("/healthz").status_code == 200


def test_the_first_token_opens_the_address_that_was_asked_for_and_the_way_without_one_is_shut(
    tmp_path: Path, database_url: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.access.book._FRESH_SECONDS", 0.2)
    with gateway(tmp_path, database_url, gateway_host="0.0.0.0") as here, here.client() as client:
        (first,) = here.opened
        assert (first.host, first.asked, first.tokens) == ("127.0.0.1", "0.0.0.0", Tokens.NONE)
        assert client.get(A_ROUTE).status_code == 422
        known = token(engine)
        here.until(lambda: len(here.opened) == 2)
        second = here.opened[1]
        assert (second.host, second.port, second.tokens) == ("0.0.0.0", first.port, Tokens.VALID)
        assert client.get(A_ROUTE).status_code == 401
        with here.client(known) as grace:
            assert grace.get(A_ROUTE).status_code == 422


def test_with_all_tokens_revoked_nobody_is_let_in(tmp_path: Path, database_url: str, engine: Engine) -> None:
    known = token(engine)
    revoke_token(engine, list_tokens(engine)[0].id, by="ada", now=datetime.now(UTC))
    with gateway(tmp_path, database_url, gateway_host="0.0.0.0") as here:
        (opened,) = here.opened
        assert (opened.host, opened.tokens) == ("127.0.0.1", Tokens.INVALID)
        for client in (here.client(), here.client(known)):
            with client:
                assert client.get(A_ROUTE).status_code == 401


def test_a_database_that_is_away_lets_nobody_in(tmp_path: Path, database_url: str) -> None:
    with gateway(tmp_path, "postgresql://nobody@127.0.0.1:9/none", gateway_host="0.0.0.0") as here:
        (opened,) = here.opened
        assert (opened.host, opened.tokens) == ("127.0.0.1", Tokens.UNKNOWN)
        with here.client() as client:
            assert client.get("/healthz").status_code == 200
            assert client.get("/readyz").json() == {"status": "degraded", "temporal": "away", "database": "away"}
            for headers in ({}, {"Authorization": f"Bearer baton_{'0' * 32}_{'a' * 43}"}):
                answer = client.get(A_ROUTE, headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
                assert answer.headers["retry-after"] == "5"


def test_a_name_that_leads_here_from_elsewhere_is_refused_without_tokens(
    tmp_path: Path, database_url: str, engine: Engine
) -> None:
    with gateway(tmp_path, database_url) as here, here.client() as client:
        assert client.get(A_ROUTE, headers={"Host": "evil.example"}).status_code == 403
        assert client.get(A_ROUTE, headers={"X-Forwarded-For": "10.0.0.1"}).status_code == 403
        known = token(engine, AccessRole.VIEWER)
        right = {"Authorization": f"Bearer {known}", "Host": "baton.example", "X-Forwarded-For": "10.0.0.1"}
        assert client.get(A_ROUTE, headers=right).status_code == 422


def test_proxies_are_believed_when_the_settings_say_so(tmp_path: Path, database_url: str, engine: Engine) -> None:
    known = token(engine)
    with (
        gateway(tmp_path, database_url, gateway_trusted_proxies="127.0.0.1", gateway_guesses_per_minute=2) as here,
        here.client() as client,
    ):
        for number in range(3):
            guess = {"Authorization": f"Bearer baton_{number:032x}_{'a' * 43}", "X-Forwarded-For": "10.0.0.1"}
            last = client.get(A_ROUTE, headers=guess).status_code
        assert last == 429
        assert client.get(A_ROUTE, headers=guess | {"X-Forwarded-For": "10.0.0.2"}).status_code == 401
        assert client.get(A_ROUTE, headers={"Authorization": f"Bearer {known}"}).status_code == 422


def test_the_key_of_sessions_is_kept_for_its_owner_alone(tmp_path: Path, database_url: str, engine: Engine) -> None:
    home = tmp_path / "home"
    with gateway(home, database_url):
        pass
    key = (home / "gateway.key").read_text()
    assert stat.S_IMODE((home / "gateway.key").stat().st_mode) == 0o600
    with gateway(home, database_url):
        pass
    assert (home / "gateway.key").read_text() == key
