"""A gateway on a busy mirror, and one connection to the browser, both for the whole session. Temporal is away.

What is shown is told in ``tests/busy``. The tests here run in the loop of the session:
``pytestmark = pytest.mark.asyncio(loop_scope="session")``.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright
from sqlalchemy import Engine

from baton.domain.vocabulary import Phase
from baton.store import schema
from baton.store.engine import open_engine
from tests.browser.complaints import listen
from tests.browser.conftest import NewPage
from tests.browser.dashboard.hostile import hostile
from tests.busy.reports import FAILED_TESTS
from tests.busy.scene import scene, write
from tests.busy.tales import tale
from tests.gateways import gateway


@dataclass(frozen=True)
class Dashboard:
    """Where it is, and the database that it shows."""

    url: str
    engine: Engine
    home: Path

    def tell_changed(self, before: str, after: str) -> None:
        """A build ``changed``, whose code went from one commit to another in a round of rework."""
        told = tale("changed", datetime.now(UTC) - timedelta(hours=1), title="Changed").phases(Phase.PLANNING)
        told.phase({"commit": before}).phase(FAILED_TESTS | {"commit": before, "evidence": []}).phase({"commit": after})
        write(self.engine, told)


@pytest.fixture(scope="session")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """The gateway, with some builds of every status, and one whose every text is hostile."""
    folder: Path = tmp_path_factory.mktemp("dashboard")
    url = f"sqlite:///{folder / 'mirror.db'}"
    engine = open_engine(url)
    schema.upgrade(engine)
    now = datetime.now(UTC)
    for told in scene(now):
        write(engine, told)
    write(engine, hostile(now - timedelta(minutes=30)))
    with gateway(folder, url) as running:
        yield Dashboard(running.url, engine, folder)
    engine.dispose()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """One connection for all tests here: making one takes longer than most of them."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(chromium)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def complaints() -> AsyncIterator[list[str]]:
    """What the pages of the test complain of; the test fails when something is left in it."""
    heard: list[str] = []
    yield heard
    assert heard == []


@pytest_asyncio.fixture(loop_scope="session")
async def new_page(browser: Browser, complaints: list[str]) -> AsyncIterator[NewPage]:
    """Opens pages, each with cookies of its own."""
    contexts = []

    async def open_page(**options: Any) -> Page:
        context = await browser.new_context(**options)
        contexts.append(context)
        page = await context.new_page()
        listen(page, complaints)
        return page

    yield open_page
    for context in contexts:
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(new_page: NewPage) -> Page:
    """A page as wide as a small laptop's."""
    return await new_page(viewport={"width": 1280, "height": 800})
