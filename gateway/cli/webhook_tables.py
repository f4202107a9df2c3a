"""Webhooks and their notices on the screen, and as documents. Addresses are shown without what may be a key in them."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from baton.domain.notices import DeliveryStatus
from baton.store.notices.deliveries import Delivery
from baton.store.notices.subscriptions import Subscription
from baton.webhooks.target import BadTarget, parse
from gateway.cli.looks import clock, words
from gateway.cli.plain import line, text

_STYLES = {DeliveryStatus.PENDING: "yellow", DeliveryStatus.DELIVERED: "green", DeliveryStatus.PARKED: "red"}


def subscription_document(one: Subscription, counted: Mapping[DeliveryStatus, int] | None) -> dict[str, Any]:
    """A webhook for programs; without counts of its notices where they are ``None``. No secret is in it."""
    document: dict[str, Any] = {
        "id": one.id,
        "name": one.name,
        "address": _shown(one.url),
        "format": one.format,
        "kinds": one.kinds,
        "project": one.project_id,
        "created_at": one.created_at,
        "created_by": one.created_by,
        "enabled": one.disabled_at is None,
        "disabled_at": one.disabled_at,
        "disabled_reason": one.disabled_reason,
    }
    if counted is not None:
        document |= {status.value: counted.get(status, 0) for status in DeliveryStatus}
    return document


def subscription_table(documents: Sequence[Mapping[str, Any]]) -> Table | Text:
    """Webhooks, one a line."""
    if not documents:
        return Text("No webhooks. See: python starter.py webhook add --help", "dim")
    table = _table()
    for heading in ("webhook", "address", "told of"):
        table.add_column(heading, overflow="fold", style="cyan" if heading == "webhook" else None)
    for status in DeliveryStatus:
        table.add_column(status.value, justify="right", no_wrap=True)
    table.add_column("", overflow="fold")
    for one in documents:
        counts = [
            Text(str(one[status.value]), _STYLES[status] if one[status.value] else "dim") for status in DeliveryStatus
        ]
        table.add_row(text(one["name"]), text(one["address"]), text(_told_of(one)), *counts, _state(one))
    return table


def subscription_text(one: Mapping[str, Any]) -> Text:
    """One webhook."""
    shown = text(f"{one['name']}  ", "cyan").append(text(f"{one['address']}  {one['format'].value}  ", "default"))
    shown.append(text(_told_of(one), "dim")).append("  ").append(_state(one))
    return shown


def delivery_table(notices: Sequence[Delivery]) -> Table | Text:
    """Notices, one a line."""
    if not notices:
        return Text("No notices.", "dim")
    table = _table()
    table.add_column("queued", no_wrap=True, style="dim")
    table.add_column("build", overflow="fold", style="cyan")
    table.add_column("entry", overflow="fold")
    table.add_column("status", no_wrap=True)
    table.add_column("tries", justify="right", no_wrap=True)
    table.add_column("notice", no_wrap=True, style="dim")
    table.add_column("last error", overflow="fold", style="dim")
    for one in notices:
        table.add_row(
            clock(one.queued_at)[5:],
            text(one.build_id or ""),
            text(_what(one)),
            Text(one.status.value, _STYLES[one.status]),
            str(one.attempts),
            str(one.id),
            text(line(one.last_error or "", 200)),
        )
    return table


def _what(one: Delivery) -> str:
    kind = words(one.kind.value)
    return kind if one.build_id is None else f"{one.sequence} {kind}"


def _told_of(one: Mapping[str, Any]) -> str:
    kinds = "everything" if one["kinds"] is None else ", ".join(words(kind.value) for kind in one["kinds"])
    return kinds if one["project"] is None else f"{kinds}, in {line(one['project'])}"


def _state(one: Mapping[str, Any]) -> Text:
    if one["enabled"]:
        return Text("")
    return Text("disabled", "red").append(text(f": {line(one['disabled_reason'], 200)}", "dim"))


def _shown(url: str) -> str:
    try:
        return parse(url).shown
    except BadTarget:
        return "unreadable"


def _table() -> Table:
    return Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
