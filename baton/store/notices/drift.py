"""What is told of the mirror as a whole: of no build, and so to those who follow every project."""

from datetime import datetime
from uuid import uuid5

from sqlalchemy import Engine, select

from baton.contracts.messages import NoticeQueue
from baton.contracts.notices import DriftData, drift_notice
from baton.domain.notices import DeliveryStatus, SideKind
from baton.store.ids import NAMESPACE, side_delivery_key
from baton.store.notices.outbox import add_new, delivery_values, interests
from baton.store.tables import WebhookDelivery
from baton.store.transactions import alone

_LOCK = uuid5(NAMESPACE, "mirror_drift")


def put_drift(engine: Engine, found: DriftData, check: str, at: datetime) -> list[NoticeQueue]:
    """Queue what is told of a drift, once for each ``check``; the queues that have something to be sent."""
    kind = SideKind.MIRROR_DRIFT
    with alone(engine, _LOCK) as connection:
        wanting = [one for one in interests(connection) if one.project_id is None and one.hears_of(kind)]
        body = drift_notice(found, at).model_dump(mode="json")
        keys = {side_delivery_key(one.subscription_id, f"{kind.value} {check}"): one for one in wanting}
        add_new(connection, {key: delivery_values(key, one, None, 0, kind, body, at) for key, one in keys.items()})
        pending = select(WebhookDelivery.subscription_id).where(
            WebhookDelivery.workflow_id.is_(None), WebhookDelivery.status == DeliveryStatus.PENDING
        )
        waiting = set(connection.scalars(pending))
        return [
            NoticeQueue(subscription_id=one.subscription_id, subscription=one.name, build_key=None, build_id="")
            for one in wanting
            if one.subscription_id in waiting
        ]
