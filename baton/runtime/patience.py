"""Waiting for a Temporal that is not there yet, for workers: they may start before their server does."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from temporalio.client import Client
from temporalio.converter import DataConverter

from baton.runtime.client import TemporalUnavailable, connect
from baton.runtime.encryption.conversion import PLAIN


@dataclass(frozen=True)
class Patience:
    """How to wait. All in seconds."""

    first_delay: float = 0.5
    longest_delay: float = 10.0
    remind_every: float = 60.0
    """How long to keep quiet after telling, while the reason stays the same."""


async def connect_with_patience(
    *,
    on_wait: Callable[[str], None],
    address: str | None = None,
    namespace: str | None = None,
    profile: str | None = None,
    environ: Mapping[str, str] | None = None,
    patience: Patience | None = None,
    data_converter: DataConverter = PLAIN,
) -> Client:
    """As `connect`, but tries for ever while Temporal is unavailable, with growing pauses.

    `on_wait` gets a message when the first attempt fails, then when the reason changes and as a reminder.
    Raises TemporalMisconfigured, which waiting does not cure; cancelling stops it at once.
    """
    patience = patience or Patience()
    delay, told, told_at = patience.first_delay, "", 0.0
    while True:
        try:
            return await connect(
                address=address, namespace=namespace, profile=profile, environ=environ, data_converter=data_converter
            )
        except TemporalUnavailable as error:
            now = time.monotonic()
            if str(error) != told or now - told_at >= patience.remind_every:
                on_wait(f"{error}. Waiting for it; this goes on as soon as it answers")
                told, told_at = str(error), now
        await asyncio.sleep(delay)
        delay = min(delay * 2, patience.longest_delay)
