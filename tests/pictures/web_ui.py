"""Temporal's own pages of a build."""

import json
from urllib.parse import quote

from playwright.async_api import FloatRect, Page

from tests.pictures.album import Album, around
from tests.pictures.scene import RELEASED, WAITING, Scene

ALBUM = Album()

_SETTLED_MS = 1500  # what these pages draw moves into its place
_AXIS = 50  # the hours below the rows of the timeline
_COLUMNS = ("Status", "Workflow ID", "BuildState", "BuildRole", "ProjectId", "UserId")
_APPROVAL = {"actor": {"id": "lead"}, "expected_state": "handoff_to_releaser"}


@ALBUM.picture("temporal-timeline", viewport={"width": 1440, "height": 1500})
async def timeline(scene: Scene, page: Page) -> FloatRect:
    """The way of a whole build, from its start at the top: who did what and why again, and what went to SQL."""
    await _open(scene, page, RELEASED)
    await page.get_by_role("button", name="Descending").click()
    rows = page.locator("#event-history-timeline-graph li")
    await rows.filter(has_text="deployment by release_manager").wait_for()
    await page.wait_for_timeout(_SETTLED_MS)
    drawn = [row for row in await rows.all() if await row.bounding_box() is not None]
    part = await around(page.get_by_role("heading", name="Timeline"), *drawn, margin=12)
    part["height"] += _AXIS
    return part


@ALBUM.picture("temporal-details", viewport={"width": 1440, "height": 1300})
async def details(scene: Scene, page: Page) -> FloatRect:
    """Where a build stands, why, and what moves it on."""
    await _open(scene, page, WAITING, "user-metadata")
    frames = page.locator("iframe")
    await frames.nth(2).content_frame.get_by_text("rework rounds").wait_for()
    await page.wait_for_timeout(_SETTLED_MS)
    return await around(page.get_by_role("heading", name=WAITING), *await frames.all(), margin=12)


@ALBUM.picture("temporal-search-attributes", viewport={"width": 1440, "height": 620})
async def search_attributes(scene: Scene, page: Page) -> FloatRect:
    """The builds that are not complete, with the columns that Baton gives."""
    columns = json.dumps({"default": [{"label": name} for name in _COLUMNS]})
    await page.add_init_script(f"localStorage.setItem('namespace-workflow-table-columns', {json.dumps(columns)})")
    query = quote("BuildState != 'complete'")
    await page.goto(f"{scene.web_ui}/namespaces/default/workflows?query={query}")
    row = page.get_by_role("row").filter(has_text=WAITING)
    await row.get_by_text("handoff_to_releaser").wait_for()
    await page.wait_for_timeout(_SETTLED_MS)
    return await around(page.locator("h1").first, page.get_by_role("row").last, margin=20)


@ALBUM.picture("temporal-signal", viewport={"width": 1280, "height": 900})
async def signal(scene: Scene, page: Page) -> FloatRect:
    """The dialog that sends a command, filled in."""
    await _open(scene, page, WAITING)
    await page.get_by_role("button", name="More Actions").click()
    await page.get_by_role("menuitem", name="Send a Signal").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_test_id("signal-select-button").click()
    await dialog.get_by_role("option", name="approve", exact=True).click()
    await dialog.get_by_role("textbox").last.click()
    await page.keyboard.insert_text(json.dumps(_APPROVAL))
    await page.wait_for_timeout(_SETTLED_MS)
    return await around(dialog, margin=0)


async def _open(scene: Scene, page: Page, build_id: str, tab: str = "timeline") -> None:
    """The page of a build in the Web UI, at one of its tabs."""
    described = await scene.stack.client.get_workflow_handle(f"build-{build_id}").describe()
    await page.goto(f"{scene.web_ui}/namespaces/default/workflows/build-{build_id}/{described.run_id}/{tab}")
    await page.get_by_text("Workflow SDK").first.wait_for()
