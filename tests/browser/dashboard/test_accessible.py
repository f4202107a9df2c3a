"""Everybody can read the pages: axe finds nothing grave, in the light, and in the dark on a phone."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.browser.dashboard.conftest import Dashboard
from tests.browser.dashboard.hostile import BUILD_ID

PAGES = {
    "builds": "/",
    "no builds": "/?q=nothing-is-called-so",
    "a build that waits": "/builds/money-1-4",
    "a build whose text is hostile": f"/builds/{BUILD_ID}",
    "the inbox": "/inbox",
    "projects": "/projects",
    "a project": "/projects/ledger",
    "an error": "/nowhere",
}

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
async def test_axe_finds_nothing_grave(page: Page, dashboard: Dashboard, path: str, complaints: list[str]) -> None:
    await page.emulate_media(reduced_motion="reduce")
    await page.goto(dashboard.url + path)
    await page.evaluate(Axe().axe_script)
    assert await _grave(page) == []
    await page.emulate_media(color_scheme="dark")
    await page.set_viewport_size({"width": 360, "height": 780})
    assert await _grave(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    if path == "/nowhere":
        complaints[:] = [said for said in complaints if "404" not in said]


async def test_axe_finds_nothing_grave_in_an_open_dialog(page: Page, dashboard: Dashboard) -> None:
    await page.goto(f"{dashboard.url}/builds/money-1-4")
    await page.get_by_role("button", name="Roll back").click()
    await page.evaluate(Axe().axe_script)
    assert await _grave(page) == []


async def _grave(page: Page) -> list[str]:
    found = await page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['help']}: {node['html'][:200]}"
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"][:3]
    ]
