"""Trying a webhook out: one notice, sent now and from here."""

import time
from dataclasses import dataclass
from uuid import uuid4

from baton.runtime.settings import Settings
from baton.store.notices.subscriptions import Subscription
from baton.webhooks.errors import NotSent
from baton.webhooks.message import compose
from baton.webhooks.ping import ping
from baton.webhooks.sender import Sender
from baton.webhooks.signing import BadSecret
from baton.webhooks.target import BadTarget, parse


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of it."""

    taken: bool
    status: int | None
    told: str
    address: str | None
    seconds: float | None


async def try_out(subscription: Subscription, settings: Settings) -> Trial:
    """Send ``subscription`` a notice of type ``ping``. Whatever comes of it is told, not raised."""
    try:
        target = parse(subscription.url)
        message = compose(
            ping(subscription.name),
            message_id=uuid4(),
            timestamp=int(time.time()),
            secrets=subscription.secrets,
            format=subscription.format,
            public_url=settings.public_url,
        )
        answer = await Sender(settings.allowed_networks).post(target, message.headers, message.body)
    except (NotSent, BadTarget, BadSecret) as error:
        return Trial(taken=False, status=None, told=str(error), address=None, seconds=None)
    told = f"{answer.told(target.shown)}  ({answer.address}, {answer.seconds:.2f} s)"
    return Trial(
        taken=answer.taken,
        status=answer.status,
        told=told,
        address=answer.address,
        seconds=round(answer.seconds, 3),
    )
