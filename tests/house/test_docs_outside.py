"""The docs say how builds end outside of their journals, what is told of it, and what a check of the mirror finds."""

import dataclasses
from collections.abc import Iterable

import pytest

from baton.contracts.names import MIRROR_CHECK, MIRROR_CHECK_WORKFLOW
from baton.contracts.notices import DriftData
from baton.domain.notices import SideKind
from baton.domain.outside import OutsideEnd, OutsideKind
from gateway.mirroring.schedule import Came, Check
from tests.pages import Page, page

MIRROR, NOTIFICATIONS, REPORTS = (page(f"docs/{name}.md") for name in ("mirror", "notifications", "reports"))


def _unsaid(wanted: Iterable[str], said: set[str]) -> set[str]:
    return {str(word) for word in wanted} - said


@pytest.mark.parametrize("place", [MIRROR, NOTIFICATIONS, REPORTS], ids=lambda place: place.name)
def test_every_kind_of_end_is_told_wherever_it_is_met(place: Page) -> None:
    assert _unsaid(OutsideKind, place.words) == set()


def test_what_is_told_besides_entries_is_in_the_docs() -> None:
    assert _unsaid([*SideKind, *OutsideEnd.model_fields, *DriftData.model_fields], NOTIFICATIONS.words) == set()


def test_what_the_schedule_says_is_in_the_docs() -> None:
    fields = [field.name for field in dataclasses.fields(Check)]
    assert _unsaid([*Came, *fields, MIRROR_CHECK, MIRROR_CHECK_WORKFLOW], MIRROR.words) == set()
