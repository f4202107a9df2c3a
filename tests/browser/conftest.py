"""A real browser. Tests that ask for one are skipped, with a plain message, where there is no Chromium.

A test is an ``async def`` with a ``page`` (of Playwright's async API, in the test's own event loop, so that servers,
workers and clients of the test live in the same loop):

    async def test_a_build_is_listed(page: Page, gateway: str) -> None:
        await page.goto(gateway)
        await expect(page.get_by_role("heading", name="Builds")).to_be_visible()

The program runs once for the session; each ``page`` has cookies and storage of its own. A test fails when its page
raised an error, wrote one to the console, or asked for something from elsewhere than this machine; a test that
provokes such things takes them out of ``complaints``. ``new_page`` opens further pages, of another size or in the
dark: ``await new_page(viewport={"width": 390, "height": 844}, color_scheme="dark")``.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

from tests.browser.chromium import MISSING, chromium_at_work, find_chromium
from tests.browser.complaints import listen

NewPage = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="session")
def chromium() -> Iterator[str]:
    """The address of a Chromium for the whole session."""
    program = find_chromium(os.environ)
    if program is None:
        pytest.skip(MISSING)
    with chromium_at_work(program) as address:
        yield address


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """A connection to it, in the loop of the test."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(chromium)
        yield browser
        await browser.close()


@pytest.fixture
async def complaints() -> AsyncIterator[list[str]]:
    """What the pages of the test complain of, as it comes; the test fails when something is left in it."""
    heard: list[str] = []
    yield heard
    assert heard == []


@pytest.fixture
async def new_page(browser: Browser, complaints: list[str]) -> AsyncIterator[NewPage]:
    """Opens pages, each in a context of its own that takes the options of ``browser.new_context``."""
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


@pytest.fixture
async def page(new_page: NewPage) -> Page:
    """A page as wide as a small laptop's."""
    return await new_page(viewport={"width": 1280, "height": 800})
