"""Baton's worker with roles that report at once: ``python -m bench.systems.baton_worker``.

It is ``worker.py --all`` but for the work of a phase, which takes no workspace.
"""

import os

from activities.perform_phase import PerformPhase
from baton.domain.reports import PhaseReport, parse_report
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import Phase
from baton.runtime.leaving import exit_cleanly
from baton.runtime.logs import configure_logging
from baton.runtime.settings import Settings
from bench.bodies import perform, rejection
from bench.systems.installing import ROUNDS
from bench.systems.profiling import profiled
from bench.systems.serving import serve_until_signalled
from gateway.worker.duties import Duty
from gateway.worker.service import serve


class AtOnce(PerformPhase):
    """Performs phases by giving a report."""

    async def perform(self, order: PhaseOrder) -> PhaseReport:
        """One phase. The request says how often testing sends the work back before it is content."""
        if order.phase is Phase.TESTING and order.run_in_phase <= int(order.request.metadata.get(ROUNDS, 0)):
            return parse_report(rejection(order.number))
        return parse_report(perform(order.build_id, order.phase.value))


async def _serve() -> None:
    settings = Settings.from_environment(os.environ)
    configure_logging(settings.log_level, settings.log_format)
    await serve(settings, list(Duty), dict(os.environ), upgrade=False, performer=AtOnce)


def main() -> int:
    """Serve until SIGTERM."""
    with profiled():
        return serve_until_signalled(_serve())


if __name__ == "__main__":
    exit_cleanly(main())
