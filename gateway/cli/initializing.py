"""``init``: a project gets a first request and a profile."""

import os
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.command import command
from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.input_files import bad_input
from gateway.cli.invocation import Invocation
from gateway.cli.plain import text
from gateway.cli.sender import who_am_i
from gateway.setup.answers import Told, Writer

_QUESTIONS = "Answers (each is asked for when it is not given)"


def register(app: typer.Typer) -> None:
    """Add the command."""

    @command(app, "init", temporal=False)
    def init(
        call: Invocation,
        folder: Annotated[
            Path, typer.Argument(metavar="FOLDER", help="The project's folder. Default: this one.", show_default=False)
        ] = Path(),
        project: Annotated[
            str | None, typer.Option("--project", metavar="ID", help="The project.", rich_help_panel=_QUESTIONS)
        ] = None,
        title: Annotated[
            str | None,
            typer.Option("--title", metavar="TEXT", help="What is to be built.", rich_help_panel=_QUESTIONS),
        ] = None,
        about: Annotated[
            str | None,
            typer.Option("--about", metavar="TEXT", help="The same in a few words more.", rich_help_panel=_QUESTIONS),
        ] = None,
        criterion: Annotated[
            list[str] | None,
            typer.Option(
                "--criterion",
                metavar="TEXT",
                help="How one knows that it is done; may be repeated.",
                rich_help_panel=_QUESTIONS,
            ),
        ] = None,
        code_writer: Annotated[
            Writer | None,
            typer.Option(
                "--code-writer",
                metavar="WHO",
                help=f"Who writes the code: {', '.join(Writer)}.",
                rich_help_panel=_QUESTIONS,
            ),
        ] = None,
        model: Annotated[
            str | None,
            typer.Option(
                "--model",
                metavar="NAME",
                help="The model: provider:name, or as the coding agent calls it.",
                rich_help_panel=_QUESTIONS,
            ),
        ] = None,
        program: Annotated[
            str | None,
            typer.Option(
                "--command", metavar="COMMAND", help="The program that writes the code.", rich_help_panel=_QUESTIONS
            ),
        ] = None,
        key_from: Annotated[
            list[str] | None,
            typer.Option(
                "--key-from",
                metavar="VARIABLE",
                help="The variable that holds a key; may be repeated.",
                rich_help_panel=_QUESTIONS,
            ),
        ] = None,
        test: Annotated[
            str | None,
            typer.Option("--test", metavar="COMMAND", help="How the tests are run.", rich_help_panel=_QUESTIONS),
        ] = None,
        coverage: Annotated[
            float | None,
            typer.Option(
                "--coverage",
                metavar="PERCENT",
                min=0,
                max=100,
                help="How much of the code tests have to cover.",
                rich_help_panel=_QUESTIONS,
            ),
        ] = None,
        approval: Annotated[
            bool | None,
            typer.Option(
                "--approval/--no-approval",
                help="Whether a person has to approve each release.",
                show_default=False,
                rich_help_panel=_QUESTIONS,
            ),
        ] = None,
        approver: Annotated[
            list[str] | None,
            typer.Option("--approver", metavar="NAME", help="Who may; may be repeated.", rich_help_panel=_QUESTIONS),
        ] = None,
        name: Annotated[
            str | None,
            typer.Option("--name", metavar="NAME", help="The profile's name.", rich_help_panel=_QUESTIONS),
        ] = None,
        yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: take what is proposed.")] = False,
        force: Annotated[bool, typer.Option("--force", help="Overwrite the files if they are there.")] = False,
    ) -> None:
        """Write a first request and a profile into a project: baton/request.md and baton/profiles/NAME.toml."""
        told = Told(
            project=project,
            title=title,
            about=about,
            criteria=None if criterion is None else tuple(criterion),
            profile=name,
            writer=code_writer,
            model=model,
            command=program,
            keys=None if key_from is None else tuple(key_from),
            test=test,
            coverage=coverage,
            approval=approval,
            approvers=None if approver is None else tuple(approver),
        )
        _begin(call, folder, told, yes=yes, force=force)


def _begin(call: Invocation, folder: Path, told: Told, *, yes: bool, force: bool) -> None:
    from baton.runners.registry import Registry
    from gateway.cli.interview import Interview, Proposals, at_a_terminal
    from gateway.cli.looks import command_text
    from gateway.setup.files import FOLDER, REQUEST, Taken, check_free, prepare, write
    from gateway.setup.following import commands, notes
    from gateway.setup.gathering import Unusable, gather

    if folder.exists() and not folder.is_dir():
        raise bad_input(f"{str(folder)!r} is a file; name the folder of the project")
    if (folder / FOLDER / "__init__.py").exists():
        raise bad_input(
            f"{str(folder)!r} has a Python package called {FOLDER!r}, which is no place for a project's files. "
            "Name the folder of your project"
        )
    if not yes and not at_a_terminal():
        raise CommandFailed(
            "usage",
            "init asks questions, and there is no terminal to ask them on. Give --yes, and --title with it: what other "
            "options do not say is proposed",
            ExitCode.USAGE,
        )
    asker = Proposals() if yes else Interview(call.output.errors)
    try:
        if not force:
            check_free(folder / REQUEST)
        answers = gather(told, asker, folder, user=who_am_i(), environ=os.environ)
        files = prepare(answers, folder, Registry.installed())
        if not force:
            check_free(*files.texts)
        write(files)
    except Unusable as error:
        raise CommandFailed("usage", str(error), ExitCode.USAGE) from None
    except Taken as taken:
        raise bad_input(f"There is already: {taken}. Give --force to overwrite it", "exists") from None
    except OSError as error:
        raise bad_input(f"The files cannot be written to {str(folder)!r}: {error.strerror}") from None
    following, hints = commands(answers, files, folder), list(notes(answers, files, folder, os.environ))
    document = {"request": str(files.request), "profile": str(files.profile), "notes": hints, "next": following}
    call.output.result(
        document,
        *(text("✓ ", "green").append(str(path), "bold") for path in files.texts),
        *(text(f"  {hint}", "dim") for hint in hints),
        text("\nNext, in one terminal and in another:"),
        *(command_text(line.removeprefix("python "), "  ") for line in following),
    )
