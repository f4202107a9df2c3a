"""A notice that nothing has happened: for trying a subscription."""

from datetime import UTC, datetime
from typing import Any


def ping(subscription: str) -> dict[str, Any]:
    """The notice ``ping`` for a subscription of this name."""
    return {
        "type": "ping",
        "timestamp": datetime.now(UTC).isoformat(),
        "data": {"subscription": subscription, "message": f"Baton can reach the receiver of webhook {subscription}."},
    }
