"""What a story says of one build: its sentences of a kind."""

from datetime import timedelta
from typing import Any

from baton.domain.vocabulary import State
from gateway.story.sentence import Sentence, SentenceKind
from tests.unit.domain.driver import Driver, make_terms
from tests.unit.gateway.story.held import must_hold

FAILED: dict[str, Any] = {"all_tests_passed": False, "tests_run": 9, "tests_failed": 1, "test_coverage": 91.5}
RELEASER = State.HANDOFF_TO_RELEASER.value


def found(message: str) -> dict[str, Any]:
    """A finding with all that it can rest on."""
    return {"message": message, "evidence": "t::half", "criterion": "AC-1"}


def guarded(**changes: Any) -> Driver:
    """A build whose release has to be approved."""
    rule = {"approvers": ["lead", "ben"], "deadline": timedelta(hours=2)}
    return Driver(make_terms(approvals={RELEASER: rule | changes}))


def said(driver: Driver, kind: SentenceKind) -> list[tuple[str, tuple[int, ...]]]:
    """Texts and entries."""
    return [(one.text, one.entries) for one in must_hold(driver.entries) if one.kind is kind]


def now(driver: Driver) -> list[tuple[str, tuple[int, ...]]]:
    """Where the build is, and what brought it there."""
    return said(driver, SentenceKind.NOW)


def coming(driver: Driver) -> list[Sentence]:
    """What comes next."""
    return [one for one in must_hold(driver.entries) if one.kind is SentenceKind.NEXT]
