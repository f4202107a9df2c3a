"""A workflow that somebody has changed without thinking of the builds that are under way."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from baton.contracts.messages import CommandReply, StartBuild
    from workflows.build import BuildWorkflow


@workflow.defn(name="BuildWorkflow")
class RestsBeforeItWorks(BuildWorkflow):
    """A build that now waits a second before anything else: one timer more, and everything after it moved."""

    @workflow.init
    def __init__(self, start: StartBuild) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: StartBuild) -> CommandReply:
        await workflow.sleep(timedelta(seconds=1))
        return await super().run(start)
