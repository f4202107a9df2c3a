"""How a function becomes a command: common options, errors in plain words, exit codes."""

import inspect
from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from functools import wraps
from inspect import Parameter, Signature
from typing import Annotated, Any, get_args, get_type_hints

import typer

from baton.runtime.tracing.spans import mark
from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.failures import UNEXPECTED, told
from gateway.cli.invocation import Invocation
from gateway.cli.output import Output
from gateway.cli.sender import VARIABLE, Sender
from gateway.cli.traced import traced_command

Body = Callable[..., Coroutine[Any, Any, ExitCode | None] | ExitCode | None]

_TEMPORAL = "Temporal"
_OUTPUT = "Output"
_SENDER = "Sender"

_TEMPORAL_OPTIONS = {
    "address": Annotated[
        str | None,
        typer.Option("--address", metavar="HOST:PORT", help="Temporal's address.", rich_help_panel=_TEMPORAL),
    ],
    "namespace": Annotated[
        str | None,
        typer.Option("--namespace", metavar="NAME", help="Temporal's namespace.", rich_help_panel=_TEMPORAL),
    ],
    "temporal_profile": Annotated[
        str | None,
        typer.Option(
            "--temporal-profile",
            metavar="NAME",
            help="The profile in Temporal's own configuration file.",
            rich_help_panel=_TEMPORAL,
        ),
    ],
}
_SENDER_OPTIONS = {
    "as_": Annotated[
        str | None,
        typer.Option(
            "--as", metavar="NAME", help=f"Who you are. Default: {VARIABLE}, or your login.", rich_help_panel=_SENDER
        ),
    ],
    "agent": Annotated[
        bool, typer.Option("--agent", help="You are a program that plays a role.", rich_help_panel=_SENDER)
    ],
    "command_id": Annotated[
        str | None,
        typer.Option(
            "--command-id",
            metavar="KEY",
            help="The same key twice is the same command: it is carried out once.",
            rich_help_panel=_SENDER,
        ),
    ],
}
_OUTPUT_OPTIONS = {
    "json_": Annotated[
        bool, typer.Option("--json", help="One JSON document on standard output.", rich_help_panel=_OUTPUT)
    ],
    "verbose": Annotated[
        bool, typer.Option("--verbose", "-v", help="Say more on standard error.", rich_help_panel=_OUTPUT)
    ],
}


def command(
    app: typer.Typer, name: str, *, temporal: bool = True, sends: bool = False, traced: bool = True
) -> Callable[[Body], Body]:
    """Register a function, plain or async, whose first parameter takes the :class:`Invocation`.

    Its other parameters are its options. It returns an exit code, or ``None`` for done. ``temporal=False`` leaves
    out the options that say how Temporal is reached, ``sends`` adds those that say who gives a command. Where traces
    are wanted each call is a span of its own, but for ``traced=False``: for those that stay.
    """

    def register(body: Body) -> Body:
        hints = get_type_hints(body, include_extras=True)
        own = list(inspect.signature(body).parameters.values())[1:]
        own = [parameter.replace(annotation=hints[parameter.name]) for parameter in own]
        common = (_SENDER_OPTIONS if sends else {}) | (_TEMPORAL_OPTIONS if temporal else {}) | _OUTPUT_OPTIONS

        @wraps(body)
        def run(**given: Any) -> None:
            json_, verbose = given.pop("json_"), given.pop("verbose")
            where = {key: given.pop(key) for key in _TEMPORAL_OPTIONS if key in given}
            sender = Sender(*(given.pop(key) for key in _SENDER_OPTIONS)) if sends else Sender()
            invocation = Invocation(Output(as_json=json_, verbose=verbose), sender=sender, **where)
            with traced_command(invocation.output, name) if traced else nullcontext():
                code = _carried_out(body, invocation, given)
                mark(baton__exit_code=int(code))
            if code != ExitCode.DONE:
                raise typer.Exit(code)

        # Typer reads a function's parameters from its signature; `wraps` would show it the body's.
        parameters = [parameter.replace(kind=Parameter.KEYWORD_ONLY) for parameter in own]
        parameters += [
            Parameter(key, Parameter.KEYWORD_ONLY, default=_default(annotation), annotation=annotation)
            for key, annotation in common.items()
        ]
        del run.__wrapped__
        run.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
        app.command(name)(run)
        return body

    return register


def _default(annotation: Any) -> bool | None:
    return False if get_args(annotation)[0] is bool else None


def _carried_out(body: Body, invocation: Invocation, given: dict[str, Any]) -> ExitCode:
    output = invocation.output
    try:
        outcome = body(invocation, **given)
        code = _awaited(outcome) if isinstance(outcome, Coroutine) else outcome
    except KeyboardInterrupt:
        output.failure(CommandFailed("interrupted", "interrupted", ExitCode.INTERRUPTED))
        return ExitCode.INTERRUPTED
    except (typer.Exit, typer.TyperException, BrokenPipeError):
        raise
    except Exception as error:
        failed = told(error)
        if output.verbose and failed.code == UNEXPECTED:
            output.trace()
        output.failure(failed)
        return failed.exit_code
    return ExitCode.DONE if code is None else code


def _awaited(outcome: Coroutine[Any, Any, ExitCode | None]) -> ExitCode | None:
    import asyncio  # with ssl and all: a tenth of the time that --help takes

    return asyncio.run(outcome)
