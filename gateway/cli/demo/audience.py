"""Who the demo is shown to: a terminal, a pipe, or a program that wants the outcome only."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console, RenderableType
from rich.live import Live

from gateway.cli.demo.runs import Outcome, PhaseRun
from gateway.cli.demo.screen import ending_of, findings_of, screen, told
from gateway.cli.plain import line


@dataclass(frozen=True)
class Scene:
    """The build at one moment: what was worked on so far, and which attempt is being made at the last of it."""

    runs: Sequence[PhaseRun]
    attempt: int = 0


class Audience(Protocol):
    """Somebody who watches."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def show(self, scene: Scene) -> None:
        """The build has come so far."""

    def tell(self, message: str) -> None:
        """Something happened besides."""


class Silent:
    """Sees nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def show(self, scene: Scene) -> None:
        """Nothing."""

    def tell(self, message: str) -> None:
        """Nothing."""


@dataclass
class Lines(Silent):
    """Gets one line for each change."""

    console: Console
    _begun: float = field(default_factory=time.monotonic)
    _told: dict[int, Outcome] = field(default_factory=dict)

    def show(self, scene: Scene) -> None:
        """Tell what is new."""
        for index, run in enumerate(scene.runs):
            before = self._told.get(index)
            name = f"{run.phase.value} (run {run.number})" if run.number > 1 else run.phase.value
            if before is None:
                self.tell(f"{name}: {run.role.value} begins")
            if run.outcome is not (before or Outcome.WORKING):
                self.tell(f"{name}: {ending_of(run)}")
                for finding in findings_of(run):
                    self.tell(f"  {finding}")
            self._told[index] = run.outcome

    def tell(self, message: str) -> None:
        """One line, with the seconds since the beginning."""
        shown = f"{time.monotonic() - self._begun:6.1f} s  {line(message)}"
        self.console.print(shown, markup=False, soft_wrap=True)


class Screen:
    """Sees a page that changes in place. When all is over only the news of it stay: the summary follows."""

    def __init__(self, console: Console, ui_url: str) -> None:
        self._console = console
        self._ui_url = ui_url
        self._begun = time.monotonic()
        self._scene = Scene([])
        self._news: list[tuple[float, str]] = []
        self._live = Live(
            console=console, get_renderable=self._page, refresh_per_second=8, transient=True, redirect_stderr=False
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()
        for part in told(self._news):
            self._console.print(part)

    def show(self, scene: Scene) -> None:
        """At the next refresh."""
        self._scene = scene

    def tell(self, message: str) -> None:
        """Below the table."""
        self._news.append((self._elapsed(), line(message)))

    def _elapsed(self) -> float:
        return time.monotonic() - self._begun

    def _page(self) -> RenderableType:
        return screen(
            self._scene.runs,
            attempt=self._scene.attempt,
            news=self._news,
            now=datetime.now(UTC),
            elapsed=self._elapsed(),
            ui_url=self._ui_url,
        )
