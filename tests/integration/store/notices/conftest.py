"""Subscriptions in both databases, and what is queued for them."""

from datetime import timedelta

from sqlalchemy import Engine, select, update

from baton.domain.notices import DeliveryStatus
from baton.domain.vocabulary import EntryKind
from baton.store.notices.subscriptions import Subscription, add_subscription
from baton.store.tables import WebhookDelivery, WebhookSubscription
from baton.store.transactions import reading
from baton.webhooks.signing import new_secret
from tests.databases import database_url, engine, postgres_template, postgres_url, sqlite_template
from tests.journals import START

__all__ = ["database_url", "engine", "postgres_template", "postgres_url", "sqlite_template"]


def subscribe(
    engine: Engine,
    name: str = "ops",
    kinds: list[EntryKind] | None = None,
    project_id: str | None = None,
    *,
    url: str = "https://hooks.example/",
) -> Subscription:
    """A subscription that is older than the stories of the tests."""
    made = add_subscription(
        engine,
        name,
        url,
        secret=new_secret(),
        created_by="ada",
        kinds=kinds,
        project_id=project_id,
    )
    with engine.begin() as connection:
        since = update(WebhookSubscription).where(WebhookSubscription.id == made.id)
        connection.execute(since.values(created_at=START - timedelta(days=1)))
    return made


def queued(engine: Engine, status: DeliveryStatus | None = None) -> list[WebhookDelivery]:
    """All that is queued, in order."""
    query = select(WebhookDelivery).order_by(WebhookDelivery.sequence, WebhookDelivery.created_at)
    if status is not None:
        query = query.where(WebhookDelivery.status == status.value)
    with reading(engine) as session:
        rows = list(session.scalars(query))
        session.expunge_all()
        return rows
