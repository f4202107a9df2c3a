"""What of a profile a build is held to: grounds, waivers, assumptions, budgets of a phase, and what is to be undone."""

from pathlib import Path
from typing import Any

import pytest

from baton.domain.terms import CURRENT_RULES, Dilution, OnUnanswered, PhaseLimits, Terms
from baton.domain.vocabulary import Phase, Role
from baton.runners.base import RunnerContext, RunnerOptions
from baton.runners.catalogue import Profiles
from baton.runners.profile_errors import InvalidProfile
from tests.installed import declared_runners

MANUAL = "".join(f'[roles.{role.value}]\nrunner = "manual"\n' for role in Role if role is not Role.RELEASE_MANAGER)
RELEASER = '[roles.release_manager]\nrunner = "undoer"\n'


class UndoerOptions(RunnerOptions):
    undoes: tuple[Phase, ...] = ()

    def compensates(self, phase: Phase) -> bool:
        return phase in self.undoes


class Undoer:
    """A runner whose profile says what it can undo."""

    manual = False

    @classmethod
    def options(cls, role: Role) -> type[UndoerOptions]:
        return UndoerOptions

    @classmethod
    def from_options(cls, options: Any, context: RunnerContext) -> "Undoer":
        return cls()


@pytest.fixture
def profiles(tmp_path: Path) -> Profiles:
    return Profiles(tmp_path, declared_runners(undoer=f"{__name__}:Undoer"))


def terms(tmp_path: Path, profiles: Profiles, text: str = "", options: str = "") -> Terms:
    (tmp_path / "own.toml").write_text(f"{RELEASER}{options}\n{MANUAL}{text}\n")
    return profiles.load("own").terms()


def test_a_build_that_opens_now_is_judged_by_the_present_rules(tmp_path: Path, profiles: Profiles) -> None:
    told = terms(tmp_path, profiles)
    assert (told.rules, told.dilution, told.on_unanswered) == (CURRENT_RULES, Dilution.BLOCK, OnUnanswered.PARK)
    assert (told.limits.requests, told.role(Role.RELEASE_MANAGER).limits) == (None, PhaseLimits())


@pytest.mark.parametrize(
    ("gates", "waivers"),
    [
        ("", ()),
        ('[gates.approvals.handoff_to_coder]\napprovers = ["lead", "ada"]', ("ada", "lead")),
        (
            '[gates.approvals]\nhandoff_to_coder.approvers = ["lead"]\nhandoff_to_tester.approvers = ["own", "lead"]',
            ("lead", "own"),
        ),
        ('[gates]\nwaivers = ["grace"]\n[gates.approvals.handoff_to_coder]\napprovers = ["lead"]', ("grace",)),
        ('[gates]\nwaivers = []\n[gates.approvals.handoff_to_coder]\napprovers = ["lead"]', ()),
    ],
    ids=["nobody named", "approvers", "all approvers", "waivers", "anybody"],
)
def test_who_may_waive_is_said_or_who_may_approve(
    tmp_path: Path, profiles: Profiles, gates: str, waivers: tuple[str, ...]
) -> None:
    assert terms(tmp_path, profiles, gates).waivers == waivers


def test_what_weakened_tests_and_silence_mean_is_said(tmp_path: Path, profiles: Profiles) -> None:
    told = terms(tmp_path, profiles, '[gates]\ndilution = "tell"\n[questions]\ndeadline = "1h"\non_deadline = "assume"')
    assert (told.dilution, told.on_unanswered) == (Dilution.TELL, OnUnanswered.ASSUME)


def test_a_role_and_a_build_have_budgets(tmp_path: Path, profiles: Profiles) -> None:
    own = "[roles.release_manager.limits]\nrequests = 5\nmoney = 0.5"
    told = terms(tmp_path, profiles, "[limits]\nrequests = 100", own)
    assert told.role(Role.RELEASE_MANAGER).limits == PhaseLimits(requests=5, money=0.5)
    assert told.role(Role.CODE_WRITER).limits == PhaseLimits()
    assert told.limits.requests == 100
    assert terms(tmp_path, profiles, '[limits]\nrequests = "none"').limits.requests is None


@pytest.mark.parametrize(
    ("undoes", "compensates"),
    [("[]", ()), ('["deployment"]', (Phase.DEPLOYMENT,)), ('["testing", "deployment"]', (Phase.DEPLOYMENT,))],
)
def test_a_role_undoes_what_it_does_itself(
    tmp_path: Path, profiles: Profiles, undoes: str, compensates: tuple[Phase, ...]
) -> None:
    told = terms(tmp_path, profiles, options=f"undoes = {undoes}")
    assert told.role(Role.RELEASE_MANAGER).compensates == compensates
    assert told.role(Role.TEST_AUDITOR).compensates == ()


@pytest.mark.parametrize(
    ("text", "options", "problem"),
    [
        ('[gates]\ndilution = "maybe"', "", "gates.dilution: 'maybe' is not allowed (allowed: block, tell)"),
        ('[gates]\nwaivers = "lead"', "", "gates.waivers: should be"),
        (
            '[questions]\non_deadline = "refuse"',
            "",
            "questions.on_deadline: 'refuse' is not allowed (allowed: park, assume)",
        ),
        ("[limits]\nrequests = 0", "", "limits.requests: should be greater than or equal to 1"),
        (
            "",
            "[roles.release_manager.limits]\nmoney = 0",
            "roles.release_manager.limits.money: should be greater than 0",
        ),
        (
            "",
            "[roles.release_manager.limits]\ntokens = 1.5",
            "roles.release_manager.limits.tokens: should be a valid int",
        ),
        (
            "",
            "[roles.release_manager.limits]\nrounds = 1",
            "roles.release_manager.limits.rounds: unknown key; did you mean 'tokens'? (allowed: money",
        ),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, profiles: Profiles, text: str, options: str, problem: str) -> None:
    with pytest.raises(InvalidProfile) as caught:
        terms(tmp_path, profiles, text, options)
    assert problem in str(caught.value)
