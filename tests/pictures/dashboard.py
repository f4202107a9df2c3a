"""The dashboard: builds of the real stack, beside those of a mirror that has been busy for some weeks."""

from playwright.async_api import FloatRect, Page

from tests.pictures.album import Album
from tests.pictures.scene import RELEASED, Scene

ALBUM = Album()

_WAITING = "money-1-4"
_PHONE = {"width": 390, "height": 844}


@ALBUM.picture("dashboard-builds", viewport={"width": 1280, "height": 900})
async def builds(scene: Scene, page: Page) -> FloatRect:
    """The list."""
    await _open(scene, page, "/")
    return await _whole(page)


@ALBUM.picture("dashboard-build", viewport={"width": 1280, "height": 1160})
async def build(scene: Scene, page: Page) -> FloatRect:
    """A build that was reworked once and released: its story and its timeline."""
    await _open(scene, page, f"/builds/{RELEASED}")
    await page.locator("#files a").first.wait_for()
    return await _whole(page)


@ALBUM.picture("dashboard-inbox", viewport={"width": 1280, "height": 1240})
async def inbox(scene: Scene, page: Page) -> FloatRect:
    """What waits."""
    await _open(scene, page, "/inbox")
    return await _whole(page)


@ALBUM.picture("dashboard-project", viewport={"width": 1280, "height": 1180})
async def project(scene: Scene, page: Page) -> FloatRect:
    """The figures of a project."""
    await _open(scene, page, "/projects/payments", live=False)
    return await _whole(page)


@ALBUM.picture("dashboard-dark", viewport={"width": 1280, "height": 1000}, color_scheme="dark")
async def dark(scene: Scene, page: Page) -> FloatRect:
    """A build in the dark: the timeline, and the criteria with what was found."""
    await _open(scene, page, f"/builds/{_WAITING}")
    await page.locator("#timeline").evaluate("element => scrollTo(0, element.offsetTop - 72)")
    return await _whole(page)


@ALBUM.picture("dashboard-phone", viewport=_PHONE)
async def phone(scene: Scene, page: Page) -> FloatRect:
    """A build that waits for an approval, on a phone."""
    await _open(scene, page, f"/builds/{_WAITING}")
    return await _whole(page)


async def _open(scene: Scene, page: Page, path: str, *, live: bool = True) -> None:
    await page.goto(scene.stack.gateway_url + path)
    if live:
        await page.locator("#connection[data-stands=live], #connection[data-stands=ended]").wait_for()
    await page.evaluate("document.fonts.ready")


async def _whole(page: Page) -> FloatRect:
    size = page.viewport_size
    assert size is not None
    return {"x": 0, "y": 0, "width": size["width"], "height": size["height"]}
