"""Tokens, for people."""

from collections.abc import Sequence
from datetime import datetime

from rich.table import Table
from rich.text import Text

from baton.domain.access import Grant
from baton.store.tokens import TokenRecord
from gateway.cli.plain import line, text

_LONGEST_NOTE = 60


def token_table(records: Sequence[TokenRecord], now: datetime) -> Table | Text:
    """One line for each."""
    if not records:
        return Text("No tokens: the gateway serves this machine alone. Make one: python starter.py token create", "dim")
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for column in ("id", "name", "for", "last used", "state", "note"):
        table.add_column(column, no_wrap=column == "id")
    for record in records:
        state, style = _state(record, now)
        table.add_row(
            text(record.id.hex[:8], "cyan"),
            text(line(record.name)),
            text(scope(record.grant)),
            text("never" if record.last_used_at is None else _day(record.last_used_at), "dim"),
            text(state, style),
            text(line(record.note, _LONGEST_NOTE), "dim"),
        )
    return table


def scope(grant: Grant) -> str:
    """What a grant allows, in a few words."""
    role = grant.role.value if grant.agent_role is None else f"{grant.role.value} as {grant.agent_role.value}"
    return role if grant.projects is None else f"{role} in {', '.join(grant.projects)}"


def _state(record: TokenRecord, now: datetime) -> tuple[str, str]:
    if record.revoked_at is not None:
        return f"revoked {_day(record.revoked_at)}", "red"
    if record.expires_at is None:
        return "valid", "green"
    return (f"until {_day(record.expires_at)}", "green") if record.valid(now) else ("expired", "yellow")


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"
