"""Webhooks: who is told of what happens to builds, and what came of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from baton.domain.notices import DeliveryStatus, NoticeFormat
from gateway.cli.command import command
from gateway.cli.database import DatabaseUrl, database
from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.invocation import Invocation
from gateway.cli.plain import text
from gateway.cli.sender import who_am_i
from gateway.cli.webhook_input import address, check_name, found, kinds_of, secret_of

if TYPE_CHECKING:
    from baton.store.notices.subscriptions import Subscription

NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The webhook's name.", show_default=False)]
SecretFile = Annotated[
    Path | None,
    typer.Option("--secret-file", metavar="FILE", help="Sign with the secret in this file. Default: a new one."),
]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Who is told of what happens to builds.", rich_markup_mode="rich")
    app.add_typer(group, name="webhook", no_args_is_help=True)
    _register_changes(group)
    _register_looks(group)
    _register_sending(group)


def _register_changes(group: typer.Typer) -> None:
    @command(group, "add", temporal=False)
    def add(
        call: Invocation,
        name: Annotated[str, typer.Argument(metavar="NAME", help="What to call it.", show_default=False)],
        url: Annotated[
            str,
            typer.Argument(metavar="URL", help="Where to send; - reads it from standard input.", show_default=False),
        ],
        kind: Annotated[
            list[str] | None,
            typer.Option("--kind", metavar="KIND", help="Tell of this kind of notice alone; may be repeated."),
        ] = None,
        project: Annotated[str | None, typer.Option("--project", metavar="ID", help="Of this project alone.")] = None,
        form: Annotated[
            NoticeFormat, typer.Option("--format", case_sensitive=False, help="How it is written.")
        ] = NoticeFormat.STANDARD,
        secret_file: SecretFile = None,
        database_url: DatabaseUrl = None,
    ) -> None:
        """Tell a receiver of what happens from now on. Prints the secret by which it knows that Baton sends; once."""
        from baton.store.notices.subscriptions import SubscriptionExists, add_subscription
        from gateway.cli.webhook_tables import subscription_document

        check_name(name)
        kinds = kinds_of(kind)
        where = address(url)
        secret = secret_of(secret_file)
        with database(call, database_url) as engine:
            try:
                made = add_subscription(
                    engine,
                    name,
                    where,
                    secret=secret,
                    created_by=who_am_i(),
                    format=form,
                    kinds=kinds,
                    project_id=project,
                )
            except SubscriptionExists as error:
                raise CommandFailed("webhook_exists", f"There is a webhook {name!r} already") from error
        shown = [text("✓ ", "green").append(f"{name} is told from now on", "default")]
        if secret_file is None:
            shown.append(text("  secret  ", "dim").append(secret, "bold"))
            shown.append(text("  It is not shown again: give it to the receiver now.", "dim"))
        shown.append(text(f"  To try it: python starter.py webhook test {name}", "dim"))
        if where.startswith("http:") and not call.settings.allowed_networks:
            call.output.warn("without encryption it is sent to networks of BATON_WEBHOOK_NETWORKS alone")
        told = subscription_document(made, {}) | ({"secret": secret} if secret_file is None else {})
        call.output.result(told, *shown)

    @command(group, "disable", temporal=False)
    def disable(
        call: Invocation,
        name: NameArgument,
        reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; lists show it.")] = "by hand",
        database_url: DatabaseUrl = None,
    ) -> None:
        """Send it nothing, and note nothing down for it, until it is enabled."""
        from baton.store.notices import subscriptions

        with database(call, database_url) as engine, found(name):
            changed = subscriptions.disable(engine, name, reason)
        _told(call, changed, "is disabled")

    @command(group, "enable", temporal=False)
    def enable(call: Invocation, name: NameArgument, database_url: DatabaseUrl = None) -> None:
        """Send again, beginning with what was still to be sent when it was disabled."""
        from baton.store.notices import subscriptions

        with database(call, database_url) as engine, found(name):
            changed = subscriptions.enable(engine, name)
        _told(call, changed, "is enabled")

    @command(group, "rotate", temporal=False)
    def rotate(
        call: Invocation,
        name: NameArgument,
        secret_file: SecretFile = None,
        finish: Annotated[
            bool, typer.Option("--finish", help="Sign with the newest secret alone: the receiver has it.")
        ] = False,
        database_url: DatabaseUrl = None,
    ) -> None:
        """Sign with a new secret and with the present one, until --finish: so no notice is refused meanwhile."""
        from baton.store.notices import subscriptions

        with database(call, database_url) as engine, found(name):
            newest, *_ = subscriptions.subscription(engine, name).secrets
            secrets = (newest,) if finish else (secret_of(secret_file), newest)
            changed = subscriptions.change_secret(engine, name, *secrets)
        done = "is signed for with one secret" if finish else "is signed for with two secrets"
        new = secrets[0] if not finish and secret_file is None else None
        _told(call, changed, done, secret=new)

    @command(group, "remove", temporal=False)
    def remove(call: Invocation, name: NameArgument, database_url: DatabaseUrl = None) -> None:
        """Forget it, and all that was sent to it."""
        from baton.store.notices import subscriptions

        with database(call, database_url) as engine, found(name):
            gone = subscriptions.remove(engine, name)
        _told(call, gone, "is forgotten")


def _register_looks(group: typer.Typer) -> None:
    @command(group, "list", temporal=False)
    def list_(call: Invocation, database_url: DatabaseUrl = None) -> None:
        """All webhooks, and how many notices each has waiting, delivered and parked."""
        from baton.store.notices.subscriptions import subscriptions, tallies
        from gateway.cli.webhook_tables import subscription_document, subscription_table

        with database(call, database_url) as engine:
            webhooks, counted = subscriptions(engine), tallies(engine)
        documents = [subscription_document(one, counted.get(one.id, {})) for one in webhooks]
        call.output.result({"webhooks": documents}, subscription_table(documents))

    @command(group, "show", temporal=False)
    def show(
        call: Invocation,
        name: NameArgument,
        status: Annotated[
            DeliveryStatus | None,
            typer.Option("--status", case_sensitive=False, help="Notices of this status alone."),
        ] = None,
        limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, max=1000, help="At most so many.")] = 20,
        database_url: DatabaseUrl = None,
    ) -> None:
        """One webhook and its notices, the newest first."""
        from baton.store.notices.deliveries import deliveries
        from baton.store.notices.subscriptions import subscription, tallies
        from gateway.cli.webhook_tables import delivery_table, subscription_document, subscription_text

        with database(call, database_url) as engine, found(name):
            one = subscription(engine, name)
            counted = tallies(engine).get(one.id, {})
            notices = deliveries(engine, one.id, status=status, limit=limit)
        document = subscription_document(one, counted)
        call.output.result(document | {"notices": notices}, subscription_text(document), delivery_table(notices))


def _register_sending(group: typer.Typer) -> None:
    @command(group, "test", temporal=False)
    async def test(call: Invocation, name: NameArgument, database_url: DatabaseUrl = None) -> ExitCode:
        """Send a signed notice of type ping now, from this machine, and say what came back."""
        from baton.store.notices.subscriptions import subscription
        from gateway.cli.webhook_trial import try_out

        with database(call, database_url) as engine, found(name):
            one = subscription(engine, name)
        trial = await try_out(one, call.settings)
        mark = text("✓ ", "green") if trial.taken else text("✗ ", "red")
        call.output.result(trial, mark.append(trial.told, "default"))
        return ExitCode.DONE if trial.taken else ExitCode.FAILED

    @command(group, "redeliver", temporal=False)
    def redeliver(
        call: Invocation,
        name: NameArgument,
        delivery: Annotated[
            UUID | None, typer.Option("--delivery", metavar="ID", help="This notice, whatever came of it.")
        ] = None,
        parked: Annotated[bool, typer.Option("--parked", help="All that are parked.")] = False,
        database_url: DatabaseUrl = None,
    ) -> None:
        """Have notices sent again, under the IDs that they had: for another day."""
        from baton.store.notices import deliveries
        from baton.store.notices.subscriptions import subscription

        if (delivery is None) == (not parked):
            raise CommandFailed("usage", "Name one notice with --delivery, or all with --parked", ExitCode.USAGE)
        with database(call, database_url) as engine, found(name):
            one = subscription(engine, name)
            queued = deliveries.redeliver(engine, one.id, delivery=delivery)
        if delivery is not None and not queued:
            raise CommandFailed("not_found", f"Webhook {name!r} has no notice {str(delivery)!r}")
        when = "as soon as it is enabled" if one.disabled_at is not None else "by the notifier, in a moment"
        said = f"{queued} to be sent again, {when}" if queued else "nothing is parked"
        call.output.result(
            {"name": name, "queued": queued, "enabled": one.disabled_at is None},
            text("✓ ", "green").append(said, "default"),
        )


def _told(call: Invocation, changed: "Subscription", what: str, *, secret: str | None = None) -> None:
    from gateway.cli.webhook_tables import subscription_document

    shown = [text("✓ ", "green").append(f"{changed.name} {what}", "default")]
    if secret is not None:
        shown.append(text("  new secret  ", "dim").append(secret, "bold"))
        shown.append(text("  It is not shown again. When the receiver has it: rotate --finish", "dim"))
    call.output.result(
        subscription_document(changed, None) | ({"secret": secret} if secret is not None else {}), *shown
    )
