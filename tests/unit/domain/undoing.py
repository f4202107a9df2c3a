"""Builds that have something to undo when they go back."""

from typing import Any

from baton.domain.vocabulary import Phase, State
from tests.unit.domain.driver import Driver, make_terms

ALL = tuple(Phase)


def effective(*undone: Phase, manual: Any = (), **terms: Any) -> Driver:
    """A build in which ``undone`` have effects, deployment if none is named."""
    return Driver(make_terms(manual, undone=undone or (Phase.DEPLOYMENT,), **terms))


def deployed(*undone: Phase, **terms: Any) -> Driver:
    """In deployment for the second time: the first one failed."""
    driver = effective(*undone, **terms).until(State.DEPLOYMENT)
    driver.report(deployment_successful=False)
    return driver.until(State.DEPLOYMENT)


def pending(driver: Driver) -> list[tuple[str, int]]:
    return [(one.phase.value, one.up_to) for one in driver.view.compensating]


def undoable(*undone: Phase) -> Driver:
    """Parked: deployment could not be undone."""
    driver = deployed(*undone)
    driver.back("implementation")
    driver.undo(succeeded=False, message="403")
    return driver
