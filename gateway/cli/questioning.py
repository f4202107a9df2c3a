"""What builds ask people, and answering it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import RenderableType

from baton.domain.vocabulary import CommandName
from gateway.cli.command import command
from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.input_files import STDIN, read_text
from gateway.cli.invocation import Invocation
from gateway.cli.options import BuildArgument
from gateway.cli.plain import line, plain, text
from gateway.cli.sending import command_of, tell

if TYPE_CHECKING:
    from baton.domain.view import BuildView, OpenQuestion
    from gateway.builds import Builds

_MOST_ANSWER = 64 * 1024
_MOST_BUILDS = 200


def register(app: typer.Typer) -> None:
    """Add the commands."""

    @command(app, "questions")
    async def questions(
        call: Invocation,
        build: Annotated[
            str | None,
            typer.Argument(metavar="BUILD", help="Of this build alone. Default: of all.", show_default=False),
        ] = None,
    ) -> None:
        """What builds wait to be told: each question, until when, and what happens then."""
        from gateway.cli.inbox import asking

        builds = await call.builds()
        if build is not None:
            views = [await builds.status(build)]
        else:
            ids = await builds.running(most=_MOST_BUILDS)
            if len(ids) == _MOST_BUILDS:
                call.output.warn(f"only the {_MOST_BUILDS} newest builds were asked; name a BUILD for another")
            views = await asking(builds, ids)
        found = [row for view in views for row in _rows(view)]
        call.output.result({"questions": found}, *(_screen(views) if found else [text("No questions.", "dim")]))

    @command(app, "answer", sends=True)
    async def answer(
        call: Invocation,
        build: BuildArgument,
        question: Annotated[
            str | None,
            typer.Argument(metavar="QUESTION", help="The question's ID. Default: each open one.", show_default=False),
        ] = None,
        told: Annotated[
            str | None,
            typer.Argument(metavar="ANSWER|-", help="The answer. Default: you are asked for it.", show_default=False),
        ] = None,
    ) -> None:
        """Answer what a build asks: with QUESTION and ANSWER, or by being asked at a terminal."""
        if question is not None and told is not None:
            given = read_text(STDIN, "an answer", most_bytes=_MOST_ANSWER) if told == STDIN else told
            await tell(call, build, CommandName.ANSWER, question_id=question, answer=given)
            return
        builds = await call.builds()
        view = await builds.status(build)
        wanted = [one for one in view.open_questions if question in (None, one.id)]
        if not wanted:
            what = "no question" if question is None else f"no open question {question!r}"
            raise CommandFailed("no_such_question", f"Build {build!r} has {what}{_open(view)}")
        await _ask_each(call, builds, view, wanted)


async def _ask_each(call: Invocation, builds: "Builds", view: "BuildView", wanted: Sequence["OpenQuestion"]) -> None:
    from gateway.cli.deadline import until
    from gateway.cli.interview import Interview, at_a_terminal
    from gateway.cli.sending import shown

    if not at_a_terminal():
        raise CommandFailed(
            "usage",
            f"There is no terminal to ask on: give QUESTION and ANSWER ('-' reads it from standard input){_open(view)}",
            ExitCode.USAGE,
        )
    if call.sender.command_id is not None and len(wanted) > 1:
        raise CommandFailed("usage", "--command-id is the key of one answer: name the QUESTION", ExitCode.USAGE)
    interview, answered = Interview(call.output.errors), []
    reply = None
    for question in wanted:
        call.output.errors.print(text(f"{question.id}  ", "cyan").append(plain(question.text), "default"))
        if when := until(view):
            call.output.errors.print(text(f"  {when}", "dim"))
        given = interview.lines("ANSWER", "Your answer?")
        if not given:
            call.output.errors.print(text("  Left open.", "yellow"))
            continue
        said = command_of(call, CommandName.ANSWER, question_id=question.id, answer="\n".join(given))
        reply = await builds.send(view.build_id, said)
        answered.append(question.id)
    left = [question.id for question in wanted if question.id not in answered]
    document = {"build_id": view.build_id, "answered": answered, "left_open": left, "reply": reply}
    call.output.result(document, *(shown(reply) if reply is not None else [text("Nothing was answered.", "dim")]))


def _open(view: "BuildView") -> str:
    asked = ", ".join(question.id for question in view.open_questions)
    return f". Open: {line(asked)}" if asked else ""


def _rows(view: "BuildView") -> list[dict[str, Any]]:
    return [
        {
            "build_id": view.build_id,
            "question_id": question.id,
            "phase": question.phase,
            "text": question.text,
            "deadline": view.answer_deadline,
            "on_deadline": view.terms.on_unanswered if view.answer_deadline is not None else None,
        }
        for question in view.open_questions
    ]


def _screen(views: Sequence["BuildView"]) -> list[RenderableType]:
    from gateway.cli.deadline import until
    from gateway.cli.looks import command_text

    shown: list[RenderableType] = []
    for view in views:
        if not view.open_questions:
            continue
        head = text(view.build_id, "bold").append(text(f"  {line(view.request.title)}", "dim"))
        shown += [head, text(f"  {until(view) or 'waits for as long as it takes'}", "dim")]
        shown += [
            text(f"  {question.id}  ", "cyan").append(plain(question.text), "default")
            for question in view.open_questions
        ]
        shown.append(command_text(f"starter.py answer {view.build_id}", "  "))
    return shown
