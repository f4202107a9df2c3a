"""A build from start to complete, as people see it: nobody reloads a page, and nobody needs the command line."""

import asyncio
from collections.abc import Iterator

import httpx2
import pytest
from playwright.async_api import Page, expect

from baton.runtime.embedded import EmbeddedTemporal
from tests.browser.conftest import NewPage
from tests.browser.dashboard.theatre import Theatre, theatre
from tests.integration.conftest import temporal_server

__all__ = ["temporal_server"]

pytestmark = pytest.mark.asyncio(loop_scope="session")

PATIENCE = 30_000


@pytest.fixture(scope="module")
def stage(temporal_server: EmbeddedTemporal, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Theatre]:
    with theatre(tmp_path_factory.mktemp("theatre"), temporal_server.address) as running:
        yield running


async def _enter(page: Page, stage: Theatre, name: str, path: str = "/") -> Page:
    await page.goto(stage.url + path)
    await page.get_by_label("Token").fill(stage.keys[name])
    await page.get_by_role("button", name="Log in").click()
    await expect(page.locator(".caller")).to_contain_text(name)
    page.set_default_timeout(PATIENCE)
    return page


async def _start(stage: Theatre, build_id: str) -> None:
    """Start a build; a worker that has just begun may let it wait."""
    asked = {"build_id": build_id, "user_id": "ada", "requirements": "# Slugs\n", "profile": "guarded"}
    async with _api(stage) as api, asyncio.timeout(120):
        while (answer := await api.post("/api/workflows/shop/start", json=asked)).status_code == 503:
            await asyncio.sleep(0.5)
    assert answer.status_code == 200, answer.text


async def _carry(stage: Theatre, build_id: str) -> None:
    """From implementation to the approval, by a program."""
    steps: list[tuple[str, str, dict[str, object]]] = [
        ("code_writer", "implementation", {"summary": "Same again"}),
        ("test_auditor", "handoff_to_tester", {}),
        ("test_auditor", "testing", {"tests_run": 9, "tests_failed": 0, "test_coverage": 91}),
        ("verification_overseer", "handoff_to_verifier", {}),
        ("verification_overseer", "verification", {"approved_for_deployment": True}),
    ]
    async with _api(stage) as api:
        for role, state, result in steps:
            told = {"role": role, "completed_state": state, "phase_result": result}
            answer = await api.post(f"/api/workflows/build-{build_id}/advance", json=told)
            assert answer.status_code == 200, answer.text


def _api(stage: Theatre) -> httpx2.AsyncClient:
    key = {"Authorization": f"Bearer {stage.keys['ada']}"}
    return httpx2.AsyncClient(base_url=stage.url, headers=key, timeout=60)


async def _report(page: Page, what: str, **fields: str) -> None:
    """Give the report that the build waits for, in its dialog."""
    await page.locator("#top").get_by_role("button", name=what, exact=True).click()
    dialog = page.locator("dialog[open]")
    for label, value in fields.items():
        field = dialog.get_by_label(label.replace("_", " "), exact=False)
        if value in ("yes", "no"):
            await dialog.get_by_label(value, exact=True).check()
        else:
            await field.fill(value)
    await dialog.get_by_role("button", name=what, exact=True).click()
    await expect(dialog).to_have_count(0, timeout=PATIENCE)


async def _stands(page: Page, state: str) -> None:
    await expect(page.locator("#top .sub strong")).to_have_text(state, timeout=PATIENCE)


async def test_a_build_is_started_watched_rejected_mended_approved_and_completed(
    page: Page, new_page: NewPage, stage: Theatre
) -> None:
    """Start, watch, reject, approve, complete: all seen live, by a builder, an approver and on the list."""
    lists = await _enter(page, stage, "vic")
    await expect(lists.get_by_role("heading", name="No builds yet")).to_be_visible()
    await _start(stage, "slugs-1")
    row = lists.get_by_role("row", name="Slugs")
    await expect(row).to_contain_text("discovery", timeout=PATIENCE)

    ada = await _enter(await new_page(), stage, "ada", "/builds/slugs-1")
    await _stands(ada, "discovery")
    await _report(ada, "Report discovery", Summary="Understood")
    await _stands(ada, "planning")
    await _report(ada, "Report planning", Summary="Planned")
    await _stands(ada, "handoff to coder")
    await _report(ada, "Take the work")
    await _report(ada, "Report implementation", Summary="Written")
    await _stands(ada, "handoff to tester")
    await _report(ada, "Take the work")
    await _report(ada, "Report testing", Tests_run="9", failed="2", Coverage="91")
    await _stands(ada, "implementation")
    await expect(ada.locator("svg .loop")).to_have_count(1)
    await expect(ada.locator("#criteria")).to_contain_text("2 of the tests failed")
    await expect(row).to_contain_text("1 rework", timeout=PATIENCE)

    await _report(ada, "Report implementation", Summary="Mended")
    await _report(ada, "Take the work")
    await _report(ada, "Report testing", Tests_run="9", failed="0", Coverage="91")
    await _report(ada, "Take the work")
    await _report(ada, "Report verification", Approved="yes")
    await _stands(ada, "handoff to releaser")
    await expect(ada.get_by_role("button", name="Approve")).to_have_count(0)

    grace = await _enter(await new_page(), stage, "grace", "/inbox")
    item = grace.locator("#item-slugs-1")
    await item.get_by_role("button", name="Refuse").click()
    await grace.locator("dialog[open]").get_by_label("Reason").fill("Not before Monday")
    await grace.locator("dialog[open]").get_by_role("button", name="Refuse").click()
    await expect(item).to_contain_text("Not before Monday", timeout=PATIENCE)
    await _stands(ada, "parked")
    await _report(ada, "Retry", Reason="It is Monday")
    await _stands(ada, "implementation")
    await expect(item).to_have_count(0, timeout=PATIENCE)
    await _carry(stage, "slugs-1")

    await _approve_by_keyboard(grace)
    await _report(ada, "Take the work")
    await _report(ada, "Report deployment", Deployment="yes")
    await _stands(ada, "complete")
    await expect(ada.locator("#connection")).to_have_text("ended", timeout=PATIENCE)
    await expect(ada.locator("#top").get_by_role("button")).to_have_text(["Fork"])
    await expect(ada.locator("#journal")).to_contain_text("approval granted")
    await expect(ada.locator("#journal")).to_contain_text("grace")
    await expect(row).to_contain_text("complete", timeout=PATIENCE)
    await _fork(ada)


async def _fork(ada: Page) -> None:
    """A new build begins with the tests of a complete one; its page comes next, and leads back."""
    await ada.locator("#top").get_by_role("button", name="Fork").click()
    dialog = ada.locator("dialog[open]")
    await dialog.get_by_label("Begin with").select_option("testing")
    await dialog.get_by_label("New build").fill("slugs-1-again")
    await dialog.get_by_role("button", name="Fork").click()
    await ada.wait_for_url("**/builds/slugs-1-again")
    await _stands(ada, "testing")
    await ada.get_by_role("link", name="slugs-1", exact=True).click()
    await _stands(ada, "complete")
    await expect(ada.get_by_role("link", name="slugs-1-again")).to_be_visible()


async def _approve_by_keyboard(grace: Page) -> None:
    """Open, write, send, without a mouse; what is focused is always to be seen."""
    opener = grace.locator("#item-slugs-1").get_by_role("button", name="Approve")
    await opener.wait_for()
    for _ in range(40):
        await grace.keyboard.press("Tab")
        if await opener.evaluate("element => element === document.activeElement"):
            break
    assert await opener.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
    await grace.keyboard.press("Enter")
    dialog = grace.locator("dialog[open]")
    await expect(dialog.get_by_label("Reason")).to_be_focused()
    await grace.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(opener).to_be_focused()
    await grace.keyboard.press("Enter")
    await grace.keyboard.type("Ship it")
    await grace.keyboard.press("Tab")
    await grace.keyboard.press("Tab")
    await expect(dialog.get_by_role("button", name="Approve")).to_be_focused()
    await grace.keyboard.press("Enter")
    await expect(dialog).to_have_count(0, timeout=PATIENCE)


async def test_a_page_that_is_open_comes_back_after_a_restart_of_the_gateway(
    page: Page, stage: Theatre, complaints: list[str]
) -> None:
    await _start(stage, "slugs-2")
    ada = await _enter(page, stage, "ada", "/builds/slugs-2")
    await expect(ada.locator("#connection")).to_have_text("live", timeout=PATIENCE)
    await ada.locator("#request summary").click()
    stage.close()
    await expect(ada.locator("#trouble")).to_contain_text("comes back by itself", timeout=PATIENCE)
    stage.open()
    await expect(ada.locator("#connection")).to_have_text("live", timeout=PATIENCE)
    await expect(ada.locator("#trouble")).to_be_hidden()
    await _report(ada, "Report discovery", Summary="Understood")
    await _stands(ada, "planning")
    await expect(ada.locator("#request")).to_have_attribute("open", "")
    complaints.clear()  # the browser tells of every connection that was refused


async def test_a_refused_command_is_told_in_its_dialog_in_plain_words(
    page: Page, new_page: NewPage, stage: Theatre, complaints: list[str]
) -> None:
    await _start(stage, "slugs-3")
    ada = await _enter(page, stage, "ada", "/builds/slugs-3")
    await ada.get_by_role("button", name="Roll back").count()
    await ada.get_by_role("button", name="Report discovery").click()
    other = await _enter(await new_page(), stage, "ada", "/builds/slugs-3")
    await _report(other, "Report discovery", Summary="I was first")
    await _stands(ada, "planning")
    dialog = ada.locator("dialog[open]")
    await expect(dialog.locator(".moved")).to_be_visible(timeout=PATIENCE)
    await dialog.get_by_label("Summary").fill("I was not")
    await dialog.get_by_role("button", name="Report discovery").click()
    await expect(dialog.locator(".refusal")).to_contain_text("is in 'planning', not in 'discovery'", timeout=PATIENCE)
    await dialog.get_by_role("button", name="Close").click()
    await ada.locator("#top").get_by_role("button", name="Report planning").click()
    await expect(dialog.get_by_role("heading")).to_have_text("Report planning")
    complaints.clear()  # the browser tells of the 409


async def test_a_viewer_is_offered_no_commands(page: Page, stage: Theatre) -> None:
    await _start(stage, "slugs-4")
    vic = await _enter(page, stage, "vic", "/builds/slugs-4")
    await expect(vic.get_by_role("heading", level=1)).to_have_text("Slugs")
    await expect(vic.get_by_role("group", name="Commands")).to_have_count(0)
