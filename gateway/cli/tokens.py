"""The gateway's tokens: make, list, revoke. They are rows in SQL, so no gateway has to run."""

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from baton.domain.vocabulary import AccessRole, Role
from gateway.cli.command import command
from gateway.cli.database import DatabaseUrl, database
from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.invocation import Invocation
from gateway.cli.plain import text

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from baton.store.tokens import TokenRecord

_DAYS = re.compile(r"([0-9]{1,5})d")
_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,100}")


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="The gateway's tokens: create, list, revoke.", rich_markup_mode="rich")
    app.add_typer(group, name="token", no_args_is_help=True)

    @command(group, "create", temporal=False)
    def create(
        call: Invocation,
        name: Annotated[str, typer.Argument(metavar="NAME", help="Who its holder is in journals.", show_default=False)],
        role: Annotated[
            AccessRole,
            typer.Option("--role", metavar="ROLE", case_sensitive=False, help=f"One of {', '.join(AccessRole)}."),
        ],
        plays: Annotated[
            Role | None,
            typer.Option("--plays", metavar="ROLE", case_sensitive=False, help="The role that an agent plays."),
        ] = None,
        project: Annotated[
            list[str] | None,
            typer.Option("--project", metavar="ID", help="For this project alone; may be given several times."),
        ] = None,
        expires: Annotated[
            str | None, typer.Option("--expires", metavar="90d|DATE", help="Until when it opens anything; for ever.")
        ] = None,
        note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What it is for.")] = "",
        database_url: DatabaseUrl = None,
    ) -> None:
        """Make a token. It is shown this once, alone on standard output."""
        from baton.domain.access import Grant
        from baton.store.tokens import create_token
        from gateway.cli.sender import who_am_i

        if (role is AccessRole.AGENT) != (plays is not None):
            raise _usage("The token of an agent says which role it plays, and no other does: --role agent --plays ROLE")
        if _NAME.fullmatch(name) is None:
            raise _usage("A name has 1 to 100 characters, on one line")
        now = datetime.now(UTC)
        grant = Grant(role=role, agent_role=plays, projects=tuple(project) if project else None)
        with database(call, database_url) as engine:
            secret, record = create_token(
                engine,
                name=name,
                grant=grant,
                created_by=who_am_i(),
                now=now,
                note=note,
                expires_at=None if expires is None else _moment(expires, now),
            )
        if not call.output.as_json:
            call.output.errors.print(
                text("✓ ", "green").append(f"{_what(record)}. Keep it: it is not shown again.", "default"),
                soft_wrap=True,
            )
        call.output.result({"token": secret} | _document(record), text(secret))

    @command(group, "list", temporal=False)
    def list_(call: Invocation, database_url: DatabaseUrl = None) -> None:
        """All tokens that were ever made, newest first, without what is secret of them."""
        from baton.store.tokens import list_tokens
        from gateway.cli.token_table import token_table

        with database(call, database_url) as engine:
            records = list_tokens(engine)
        call.output.result(
            {"tokens": [_document(record) for record in records]}, token_table(records, datetime.now(UTC))
        )

    @command(group, "revoke", temporal=False)
    def revoke(
        call: Invocation,
        token: Annotated[
            str | None, typer.Argument(metavar="ID", help="The token's ID, or its beginning.", show_default=False)
        ] = None,
        name: Annotated[
            str | None,
            typer.Option("--name", metavar="NAME", help="All of this name, not one by its ID."),
        ] = None,
        database_url: DatabaseUrl = None,
    ) -> None:
        """Have a token open nothing any more, within seconds, in every gateway of this database."""
        from baton.store.tokens import revoke_token
        from gateway.cli.sender import who_am_i

        if (token is None) == (name is None):
            raise _usage("Say which: the ID of a token, or --name NAME")
        by, now = who_am_i(), datetime.now(UTC)
        with database(call, database_url) as engine:
            found = _named(engine, name) if name is not None else [_one(engine, token or "")]
            gone = [revoke_token(engine, record.id, by=by, now=now) or record for record in found]
        shown = [text("✓ ", "green").append(f"revoked: {_what(record)}", "default") for record in gone]
        call.output.result({"revoked": [_document(record) for record in gone]}, *shown)


def _named(engine: "Engine", name: str) -> "list[TokenRecord]":
    from baton.store.tokens import list_tokens

    found = [record for record in list_tokens(engine) if record.name == name and record.revoked_at is None]
    if not found:
        raise CommandFailed("no_such_token", f"No valid token is named {name!r}. See: python starter.py token list")
    return found


def _one(engine: "Engine", beginning: str) -> "TokenRecord":
    from baton.store.tokens import list_tokens

    plain = beginning.lower().replace("-", "")
    found = [record for record in list_tokens(engine) if plain and record.id.hex.startswith(plain)]
    if len(found) != 1:
        what = f"{len(found)} tokens have an ID that begins" if found else "No token has an ID that begins"
        raise CommandFailed("no_such_token", f"{what} with {beginning!r}. See: python starter.py token list")
    return found[0]


def _moment(expires: str, now: datetime) -> datetime:
    days = _DAYS.fullmatch(expires)
    try:
        moment = datetime.fromisoformat(expires) if days is None else now + timedelta(days=int(days[1]))
    except ValueError:
        raise _usage(f"--expires takes days, as 90d, or a date, as 2030-12-31, and not {expires!r}") from None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    if moment <= now:
        raise _usage(f"--expires {expires} is in the past")
    return moment


def _what(record: "TokenRecord") -> str:
    from gateway.cli.token_table import scope

    return f"{record.id.hex[:8]}, {record.name}, {scope(record.grant)}"


def _document(record: "TokenRecord") -> dict[str, Any]:
    return {
        "id": record.id,
        "name": record.name,
        "note": record.note,
        "role": record.grant.role.value,
        "plays": record.grant.agent_role,
        "projects": record.grant.projects,
        "created_at": record.created_at,
        "created_by": record.created_by,
        "expires_at": record.expires_at,
        "revoked_at": record.revoked_at,
        "revoked_by": record.revoked_by,
        "last_used_at": record.last_used_at,
    }


def _usage(message: str) -> CommandFailed:
    return CommandFailed("usage", message, ExitCode.USAGE)
