"""Take the pictures of the docs from the running software: ``python -m tests.pictures.take [NAME ...]``.

It starts the real stack in a folder of its own (:mod:`tests.pictures.scene`), opens a real Chromium, and writes
``docs/images/NAME.png`` for each picture, at twice the size of the screen's points and with few colours. Without names
all are taken. ``make pictures ARGS="temporal-details"`` does the same.

A further picture is a function in a module of this folder, decorated with ``@ALBUM.picture("its-name")``: it gets the
scene and a page, brings the page to what is to be seen, and returns the part of it that is wanted (``around``). Sizes,
a phone's width or the dark are options of the decorator: ``viewport={"width": 390, "height": 844}``,
``color_scheme="dark"``. A module with an album of its own joins :data:`ALBUMS`. What the pictures need on the way
(further builds, another server) is begun in ``scene``.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import async_playwright

from tests.browser.chromium import ARGUMENTS, MISSING, find_chromium
from tests.pictures import dashboard, web_ui
from tests.pictures.album import Picture, keep
from tests.pictures.scene import scene

ALBUMS = (web_ui.ALBUM, dashboard.ALBUM)
PICTURES = {picture.name: picture for album in ALBUMS for picture in album.pictures}


async def take(program: Path, pictures: Sequence[Picture]) -> None:
    """Take ``pictures`` one after another."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("BATON_")}
    with tempfile.TemporaryDirectory(prefix="baton-pictures-") as folder:
        async with scene(Path(folder, "home"), environ) as set_up, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
            for picture in pictures:
                context = await browser.new_context(**picture.options)
                page = await context.new_page()
                clip = await picture.take(set_up, page)
                size = keep(picture, await page.screenshot(clip=clip, animations="disabled", caret="hide"))
                print(f"{picture.file.name}: {size:,} bytes")
                await context.close()
            await browser.close()


def main() -> None:
    """Read the command line and take pictures."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.pictures.take", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of: {', '.join(PICTURES)}")
    names = parser.parse_args().names
    if unknown := set(names) - set(PICTURES):
        parser.error(f"there is no picture {min(unknown)!r}; there are: {', '.join(PICTURES)}")
    program = find_chromium(os.environ)
    if program is None:
        sys.exit(MISSING)
    asyncio.run(take(program, [PICTURES[name] for name in names or PICTURES]))


if __name__ == "__main__":
    main()
