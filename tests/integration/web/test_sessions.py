from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from fastapi import Request, Response
from sqlalchemy import Engine

from baton.runtime.settings import Settings
from baton.store.tokens import list_tokens, revoke_token
from gateway.access.book import TokenBook
from gateway.web import sessions
from gateway.web.problems import Problem
from gateway.web.site import Site
from gateway.web.temporal import Temporal
from tests.gateways import token
from tests.unit.gateway.web.requests import request


def _site(engine: Engine, home: Path, **given: object) -> Site:
    settings = Settings.model_validate({"home": home, "database_url": "sqlite:///unused.db"} | given)
    return Site(settings, engine, Temporal({}), TokenBook(engine), "ada", session_key=b"k" * 32)


@pytest.fixture
def site(engine: Engine, tmp_path: Path) -> Site:
    return _site(engine, tmp_path)


async def _cookie(site: Site, text: str, asked: Request | None = None) -> SimpleCookie:
    response = Response()
    assert await sessions.begin(site, asked or request(), response, text) is not None
    return SimpleCookie(response.headers["set-cookie"])


def _with(cookie: str) -> Request:
    return request("GET", cookie=f"{sessions.COOKIE}={cookie}")


async def test_a_token_is_exchanged_for_a_cookie_that_lets_the_same_caller_in(site: Site, engine: Engine) -> None:
    text = token(engine)
    cookie = (await _cookie(site, text))[sessions.COOKIE]
    assert text[-43:] not in cookie.value
    assert await sessions.holder(site, _with(cookie.value)) == await site.tokens.holder(text)
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (True, "lax", "/", "")
    assert int(cookie["max-age"]) == pytest.approx(timedelta(days=7).total_seconds(), abs=60)


async def test_a_session_outlasts_the_gateway_but_not_another_key(site: Site, engine: Engine, tmp_path: Path) -> None:
    cookie = (await _cookie(site, token(engine)))[sessions.COOKIE].value
    assert await sessions.holder(_site(engine, tmp_path), _with(cookie)) is not None
    other = _site(engine, tmp_path)
    other.session_key = b"o" * 32
    assert await sessions.holder(other, _with(cookie)) is None


async def test_a_session_ends_with_its_token(site: Site, engine: Engine, tmp_path: Path) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    cookie = (await _cookie(site, token(engine, expires_at=soon)))[sessions.COOKIE]
    assert int(cookie["max-age"]) <= 3600
    revoke_token(engine, list_tokens(engine)[0].id, by="ada", now=datetime.now(UTC))
    assert await sessions.holder(_site(engine, tmp_path), _with(cookie.value)) is None


async def test_a_cookie_that_was_changed_in_any_place_opens_nothing(site: Site, engine: Engine) -> None:
    cookie = (await _cookie(site, token(engine)))[sessions.COOKIE].value
    other = (await _cookie(site, token(engine)))[sessions.COOKIE].value
    key, ends, mac = cookie.split(".")
    past = f"{key}.{int(datetime.now(UTC).timestamp()) - 1}.{mac}"
    forged = [past, f"{key}.{int(ends) + 1}.{mac}", f"{other.split('.')[0]}.{ends}.{mac}", f"{key}.{ends}.{'0' * 64}"]
    for wrong in [*forged, "", cookie[:-1], cookie + "0", "ü" * 80]:
        assert await sessions.holder(site, _with(wrong)) is None


async def test_what_opens_nothing_begins_no_session(site: Site) -> None:
    response = Response()
    assert await sessions.begin(site, request(), response, "baton_nothing") is None
    assert "set-cookie" not in response.headers


async def test_another_site_cannot_log_somebody_in(site: Site, engine: Engine) -> None:
    with pytest.raises(Problem) as refused:
        await sessions.begin(site, request(sec_fetch_site="cross-site"), Response(), token(engine))
    assert refused.value.status == 403


async def test_the_cookie_is_for_tls_alone_where_the_gateway_is_reached_over_it(engine: Engine, tmp_path: Path) -> None:
    site = _site(engine, tmp_path, public_url="https://baton.example")
    assert (await _cookie(site, token(engine)))[sessions.COOKIE]["secure"] is True


async def test_logging_out_makes_the_browser_forget(site: Site) -> None:
    response = Response()
    sessions.end(site, request(), response)
    cookie = SimpleCookie(response.headers["set-cookie"])[sessions.COOKIE]
    assert (cookie.value, cookie["max-age"]) == ("", "0")
