"""Pictures: what is taken of which page, and how it becomes a small file."""

import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import FloatRect, Locator, Page

from tests.pictures.scene import Scene

FOLDER = Path(__file__).parents[2] / "docs" / "images"
MOST_BYTES = 250_000
"""A picture that is larger is taken of too much."""

_SCALE = 2
_COLOURS = 256

Take = Callable[[Scene, Page], Awaitable[FloatRect]]
"""Brings the page to what is to be seen, and says which part of it the picture is of."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture, as the file ``name``.png in :data:`FOLDER`. ``options`` are those of ``browser.new_context``."""

    name: str
    take: Take
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        """Where it is kept."""
        return FOLDER / f"{self.name}.png"


class Album:
    """Pictures in the order in which they are taken."""

    def __init__(self) -> None:
        self.pictures: list[Picture] = []

    def picture(self, name: str, **options: Any) -> Callable[[Take], Take]:
        """Add the picture ``name``, taken by the decorated function in a page of its own."""

        def add(take: Take) -> Take:
            wanted = {"viewport": {"width": 1280, "height": 900}, "device_scale_factor": _SCALE} | options
            self.pictures.append(Picture(name, take, wanted))
            return take

        return add


async def around(*shown: Locator, margin: float = 16) -> FloatRect:
    """The part of the page that holds all that is ``shown``, with a margin."""
    boxes = [box for one in shown if (box := await one.bounding_box()) is not None]
    if len(boxes) != len(shown):
        raise RuntimeError("something that the picture is of is not on the page")
    left, top = min(box["x"] for box in boxes) - margin, min(box["y"] for box in boxes) - margin
    right = max(box["x"] + box["width"] for box in boxes) + margin
    bottom = max(box["y"] + box["height"] for box in boxes) + margin
    return {"x": max(0, left), "y": max(0, top), "width": right - max(0, left), "height": bottom - max(0, top)}


def keep(picture: Picture, taken: bytes) -> int:
    """Write the picture, with few colours; its size in bytes. Raises ``RuntimeError`` for one that is too large."""
    image = (
        Image.open(io.BytesIO(taken))
        .convert("RGB")
        .quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    )
    picture.file.parent.mkdir(exist_ok=True)
    image.save(picture.file, optimize=True)
    size = picture.file.stat().st_size
    if size > MOST_BYTES:
        raise RuntimeError(f"{picture.file.name} has {size:,} bytes, and at most {MOST_BYTES:,} are wanted: show less")
    return size
