"""Starting a build."""

from typing import Annotated

import typer

from gateway.cli.asking import look_at, make_request, metadata, read_request, repository
from gateway.cli.command import command
from gateway.cli.exit_codes import CommandFailed, ExitCode
from gateway.cli.input_files import bad_input
from gateway.cli.invocation import Invocation
from gateway.cli.plain import text
from gateway.cli.sender import who_am_i


def register(app: typer.Typer) -> None:
    """Add the command."""

    @command(app, "start")
    async def start(
        call: Invocation,
        request: Annotated[
            str,
            typer.Argument(
                metavar="REQUEST|-", help="What to build: Markdown, a JSON object, or a GitHub issue in JSON."
            ),
        ],
        project: Annotated[str, typer.Option("--project", metavar="ID", help="The project it is for.")],
        user: Annotated[
            str | None,
            typer.Option("--user", metavar="ID", help="Who asks for it. Default: BATON_USER, or your login."),
        ] = None,
        build_id: Annotated[
            str | None,
            typer.Option(
                "--build-id", metavar="ID", help="The same ID twice is the same build. Default: from the title."
            ),
        ] = None,
        title: Annotated[
            str | None, typer.Option("--title", metavar="TEXT", help="Default: the request's first heading.")
        ] = None,
        profile: Annotated[
            str,
            typer.Option("--profile", metavar="NAME", help="How the roles are played; see doctor for those there are."),
        ] = "local",
        repo: Annotated[
            str | None,
            typer.Option("--repo", metavar="PATH|URL", help="The repository to work on. Default: a fresh one."),
        ] = None,
        branch: Annotated[
            str | None,
            typer.Option(
                "--branch",
                metavar="NAME",
                help="Where in the repository to begin: a branch, tag or commit. Default: the profile's, or its own.",
            ),
        ] = None,
        more: Annotated[
            list[str] | None, typer.Option("--metadata", metavar="K=V", help="Kept with the build; may be repeated.")
        ] = None,
        watch: Annotated[bool, typer.Option("--watch", help="Watch it until it ends.")] = False,
    ) -> ExitCode | None:
        """Start a build from a request."""
        from gateway.asking.asked import derived_build_id

        found = read_request(request)
        called = title or found.title
        if not called:
            raise bad_input(f"{request!r} has no title: give --title")
        asked = make_request(
            build_id=derived_build_id(called) if build_id is None else build_id,
            project_id=project,
            user_id=user or who_am_i(),
            title=called,
            requirements=found.requirements,
            profile=profile,
            repo=None if repo is None else repository(repo),
            ref=branch,
            metadata=found.metadata | metadata(more or []),
        )
        if asked.repo is not None:
            await look_at(asked.repo, asked.ref)
        elif branch is not None:
            raise CommandFailed("usage", "--branch names a place in a repository: give --repo, too", ExitCode.USAGE)
        if found.note:
            call.output.warn(found.note)
        builds = await call.builds()
        answer = await builds.start(asked)
        if watch:
            from gateway.cli.watching import follow

            return await follow(call, builds, answer.build_id)
        first = text("✓ ", "green").append(answer.build_id, "bold").append(f"  {answer.state.value}", "cyan")
        first.append(f"  {answer.status.value.replace('_', ' ')}", "dim")
        call.output.result(answer, first, text(f"  python starter.py watch {answer.build_id}", "dim"))
        return None
