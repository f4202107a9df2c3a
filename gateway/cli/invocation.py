"""One call of a command: its common options, and what it can reach with them."""

import os
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from gateway.cli.output import Output
from gateway.cli.sender import Sender

if TYPE_CHECKING:
    from temporalio.client import Client

    from baton.runtime.settings import Settings
    from gateway.builds import Builds

ANSWER_SECONDS = 15.0
"""How long a worker may take to answer a command."""


@dataclass
class Invocation:
    """What every command is called with."""

    output: Output
    address: str | None = None
    namespace: str | None = None
    temporal_profile: str | None = None
    sender: Sender = field(default_factory=Sender)

    @cached_property
    def settings(self) -> "Settings":
        """The settings of the environment. Raises SettingsError."""
        from baton.runtime.settings import Settings

        return Settings.from_environment(os.environ)

    async def connect(self) -> "Client":
        """A client of Temporal. Raises TemporalConnectionError and KeysUnusable."""
        from gateway.cli.connection import connect

        return await connect(
            self.output,
            self.settings,
            address=self.address,
            namespace=self.namespace,
            profile=self.temporal_profile,
        )

    async def builds(self) -> "Builds":
        """The builds of that Temporal."""
        from gateway.builds import Builds

        return Builds(await self.connect(), answer_seconds=ANSWER_SECONDS)
