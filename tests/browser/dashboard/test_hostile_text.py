"""Text that means no good is text."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.dashboard.conftest import Dashboard
from tests.browser.dashboard.hostile import BIDI, BUILD_ID, ESCAPES, TEMPLATE

pytestmark = pytest.mark.asyncio(loop_scope="session")

_UNSEEN = {*BIDI, *ESCAPES} - set("gnp.exe31mred0;title[]")


@pytest.mark.parametrize("path", ["/", f"/builds/{BUILD_ID}", "/inbox", "/projects", f"/builds/{BUILD_ID}/entries/2"])
async def test_hostile_text_is_shown_and_does_nothing(page: Page, dashboard: Dashboard, path: str) -> None:
    await page.goto(dashboard.url + path)
    shown = await page.locator("main").inner_text()
    assert "<script>document.title='taken'</script>" in shown
    if path != "/projects":
        assert TEMPLATE in shown
    assert not _UNSEEN & set(shown)
    assert await page.title() != "taken"
    assert await page.locator("main script, main img").count() == 0


async def test_what_is_fetched_on_demand_is_text_too(page: Page, dashboard: Dashboard) -> None:
    await page.goto(f"{dashboard.url}/builds/{BUILD_ID}")
    raw = page.locator("#raw-2")
    await raw.locator("summary").click()
    await expect(raw.locator("pre")).to_contain_text("<script>")
    assert await page.title() != "taken"


async def test_a_project_with_a_hostile_name_has_its_page(page: Page, dashboard: Dashboard) -> None:
    await page.goto(f"{dashboard.url}/projects")
    await page.get_by_role("link", name="<script>").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("<script>")
