"""Workflows that somebody has changed without thinking of those that are under way."""

from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from baton.contracts.messages import CommandReply, NoticesSent, SendNotices, StartBuild
    from baton.contracts.names import NOTICE_WORKFLOW
    from baton.domain.steps import Wait
    from workflows.build import BuildWorkflow
    from workflows.notices import NoticeWorkflow


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


@workflow.defn(name="BuildWorkflow")
class RestsBeforeItWaits(BuildWorkflow):
    """A build that rests before it waits for anybody: whatever comes before is as it was."""

    @workflow.init
    def __init__(self, start: StartBuild) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: StartBuild) -> CommandReply:
        return await super().run(start)

    async def _wait(self, step: Wait) -> None:
        await workflow.sleep(timedelta(seconds=1))
        await super()._wait(step)


@workflow.defn(name=NOTICE_WORKFLOW)
class RestsBeforeItLooks(NoticeWorkflow):
    """The same, of the workflow that sends notices."""

    @workflow.init
    def __init__(self, start: SendNotices) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: SendNotices) -> NoticesSent:
        await workflow.sleep(timedelta(seconds=1))
        return await super().run(start)
