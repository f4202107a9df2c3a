"""A house with a notifier: real Temporal, real SQL, real HTTP; only the roles follow a script."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from temporalio.client import Client, WorkflowHandle

from activities.journal_writer import JournalWriter
from activities.mirror_journal import JournalMirror
from baton.contracts.messages import NoticesSent
from baton.contracts.names import notices_workflow_id
from baton.domain.terms import Terms
from baton.domain.vocabulary import EntryKind
from baton.runtime.settings import Settings
from baton.store.mirror import Mirror
from baton.store.notices.deliveries import Delivery, deliveries
from baton.store.notices.subscriptions import Subscription, add_subscription
from baton.webhooks.sender import Sender
from baton.webhooks.signing import new_secret
from gateway.worker.assembly import notifier
from gateway.worker.readiness import prepare_namespace
from tests.databases import database_url, engine, postgres_template, postgres_url, sqlite_template
from tests.receiver import Receiver
from tests.workflow.stage import Stage, stage

__all__ = ["database_url", "engine", "postgres_template", "postgres_url", "sqlite_template"]

LOOPBACK = (ip_network("127.0.0.0/8"),)


@dataclass(frozen=True)
class House:
    """Where builds run, and what is told of them."""

    client: Client
    engine: Engine
    settings: Settings

    def subscribe(
        self,
        receiver: Receiver,
        name: str = "ops",
        kinds: Sequence[EntryKind] | None = None,
        project_id: str | None = None,
    ) -> Subscription:
        """A subscription of this receiver."""
        return add_subscription(
            self.engine, name, receiver.url, secret=new_secret(), created_by="ada", kinds=kinds, project_id=project_id
        )

    def told(self, subscription: Subscription) -> list[Delivery]:
        """Its deliveries, in the order of their entries."""
        return sorted(deliveries(self.engine, subscription.id), key=lambda one: (one.build_id, one.sequence))

    def sending(self, subscription: Subscription, build_id: str) -> WorkflowHandle[object, NoticesSent]:
        """The workflow that sends them."""
        name = notices_workflow_id(subscription.id, build_id)
        return self.client.get_workflow_handle(name, result_type=NoticesSent)

    @asynccontextmanager
    async def building(self, profile: Terms | None = None) -> AsyncIterator[Stage]:
        """Builds run, and their entries are mirrored."""
        write = JournalMirror(JournalWriter(Mirror(self.engine))).mirror_journal
        async with stage(self.client, profile, mirror_journal=write) as scene:
            yield scene

    @asynccontextmanager
    async def notifying(self, *, seconds: float = 5.0) -> AsyncIterator[None]:
        """Notices are sent."""
        async with notifier(self.client, self.settings, self.engine, Sender(LOOPBACK, seconds=seconds)):
            yield


def new_build() -> str:
    """An ID that no other test of the server uses."""
    return f"told-{uuid4().hex[:10]}"


@pytest.fixture
async def house(client: Client, engine: Engine, tmp_path: Path) -> House:
    await prepare_namespace(client)
    settings = Settings.from_environment({}, home=tmp_path, graceful_shutdown_seconds=0.2)
    return House(client, engine, settings)
