"""What people see while the database is away: nothing is lost, and the page comes back by itself."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import Engine

from baton.runtime.settings import Settings
from gateway.access.book import TokenBook
from gateway.web.app import create_app
from gateway.web.site import Site
from gateway.web.temporal import Temporal
from tests.busy.scene import scene, write
from tests.databases import away

PATHS = ["/", "/inbox", "/projects", "/projects/payments", "/builds/money-1-4"]


@pytest.fixture
async def browser(engine: Engine, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser at the gateway's own machine. Temporal is away all the time."""
    for told in scene(datetime.now(UTC)):
        write(engine, told)
    site = Site(
        settings=Settings(home=tmp_path, database_url="sqlite:///unused"),
        engine=engine,
        temporal=Temporal({}),
        tokens=TokenBook(engine),
        local_name="ada",
    )
    transport = httpx2.ASGITransport(app=create_app(site), raise_app_exceptions=False)
    accepts = {"Accept": "text/html"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=accepts) as client:
        yield client


async def test_pages_say_that_the_database_is_away_and_come_back(browser: httpx2.AsyncClient, engine: Engine) -> None:
    assert {path: (await browser.get(path)).status_code for path in PATHS} == dict.fromkeys(PATHS, 200)
    with away(engine):
        answers = {path: await browser.get(path) for path in PATHS}
    for path, answer in answers.items():
        assert answer.status_code == 503, path
        assert "retry-after" in answer.headers
        assert "data-again=" in answer.text
    assert "The database does not answer" in answers["/"].text
    assert (await browser.get("/")).status_code == 200


async def test_while_temporal_is_away_every_page_says_so(browser: httpx2.AsyncClient) -> None:
    for path in PATHS:
        answer = await browser.get(path)
        assert "Temporal does not answer. What you see comes from SQL" in answer.text
