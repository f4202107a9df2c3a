"""What goes wrong in ways that the SDK counts: a workflow that was changed, and results that are too large."""

from datetime import timedelta

from temporalio import activity, workflow

LARGE = 3_000_000


@activity.defn
async def bring_too_much() -> str:
    return "x" * LARGE


@workflow.defn
class Carrier:
    """Has something brought that is too large, or says it itself."""

    @workflow.run
    async def run(self, by_itself: bool) -> str:
        if by_itself:
            return "x" * LARGE
        return await workflow.execute_activity(bring_too_much, start_to_close_timeout=timedelta(seconds=30))


@workflow.defn(name="Waiter")
class Waiter:
    """Waits for a word, or an hour."""

    def __init__(self) -> None:
        self._said = False

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: self._said, timeout=3600)

    @workflow.signal
    def say(self) -> None:
        self._said = True


@workflow.defn(name="Waiter")
class ChangedWaiter(Waiter):
    """The same, changed without thinking of those that wait."""

    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(bring_too_much, start_to_close_timeout=timedelta(seconds=30))
