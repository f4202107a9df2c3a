"""The browser of these tests shows pages of this machine, and hears what they complain of."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.chromium import VARIABLE, find_chromium
from tests.browser.conftest import NewPage

_PATIENCE = 10.0


async def _heard(complaints: list[str], wanted: Callable[[list[str]], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not wanted(complaints):
        assert time.monotonic() < deadline, complaints
        await asyncio.sleep(0.02)


async def test_a_page_is_shown_in_the_size_and_the_light_that_is_asked_for(page: Page, new_page: NewPage) -> None:
    phone = await new_page(viewport={"width": 390, "height": 844}, color_scheme="dark")
    look = "[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]"
    assert await page.evaluate(look) == [1280, False]
    assert await phone.evaluate(look) == [390, True]


async def test_pages_share_no_storage(page: Page, new_page: NewPage, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<h1>Here</h1>")
    other = await new_page()
    for one in (page, other):
        await one.goto((tmp_path / "a.html").as_uri())
        await expect(one.get_by_role("heading", name="Here")).to_be_visible()
    await page.evaluate("localStorage.setItem('seen', 'yes')")
    assert await other.evaluate("localStorage.getItem('seen')") is None


async def test_what_a_page_complains_of_is_heard(page: Page, complaints: list[str]) -> None:
    await page.set_content("<script>console.error('broken'); setTimeout(() => { throw new Error('worse') })</script>")
    await _heard(complaints, lambda heard: len(heard) == 2)
    assert sorted(complaints) == ["console: broken", "script: worse"]
    complaints.clear()


async def test_nothing_is_fetched_from_elsewhere_and_the_wish_is_heard(page: Page, complaints: list[str]) -> None:
    await page.set_content("<img src='http://elsewhere.example/a.png' alt='a'>")
    await _heard(complaints, lambda heard: len(heard) == 2)
    assert "from elsewhere: http://elsewhere.example/a.png" in complaints
    assert any("ERR_NAME_NOT_RESOLVED" in said for said in complaints)
    complaints.clear()


def test_the_program_is_the_one_that_is_named_or_one_on_the_path(tmp_path: Path) -> None:
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    assert find_chromium({"PATH": str(tmp_path)}) == program
    assert find_chromium({"PATH": "/nowhere", VARIABLE: str(program)}) == program


@pytest.mark.parametrize("environ", [{"PATH": "/nowhere"}, {"PATH": "/usr/bin", VARIABLE: "/nowhere/chromium"}])
def test_a_program_that_is_not_there_is_not_found(environ: dict[str, str]) -> None:
    assert find_chromium(environ) is None
