"""Every kind of entry as a sentence that stands for itself."""

from datetime import UTC, datetime
from typing import Any

import pytest

from baton.contracts.notices import notice
from baton.contracts.sentences import sentence
from baton.domain.actors import SYSTEM, Actor, role_actor
from baton.domain.facts import FACTS
from baton.domain.fold import fold
from baton.domain.journal import Entry, chained
from baton.domain.vocabulary import ActorKind, EntryKind, Phase, Role
from baton.store.ids import build_key
from tests.journals import STORIES, Story, happy, request

ANNA = Actor(id="anna")
STORY = Story.begin()
STARTED = STORY.entries[0]
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

SENTENCES: list[tuple[EntryKind, dict[str, Any], str]] = [
    (EntryKind.WORKFLOW_STARTED, STARTED.data, "has started, for anna in payments."),
    (
        EntryKind.WORKFLOW_STARTED,
        happy("b-0").fork(Phase.TESTING, "b-1").entries[0].data,
        "was forked from b-0 at testing, for anna.",
    ),
    (
        EntryKind.STATE_ADVANCED,
        {"from_state": "testing", "to_state": "handoff_to_verifier", "from_role": "test_auditor", "move": "forward"},
        "goes on from testing to handoff to verifier.",
    ),
    (
        EntryKind.STATE_ADVANCED,
        {
            "from_state": "testing",
            "to_state": "implementation",
            "from_role": "test_auditor",
            "move": "rework",
            "reason": "1 of the tests failed",
        },
        "goes back from testing to implementation: 1 of the tests failed",
    ),
    (
        EntryKind.RETRY_REQUESTED,
        {"from_state": "error", "to_state": "planning", "reason": "the network is back"},
        "performs planning again, as anna asked: the network is back",
    ),
    (
        EntryKind.ROLLED_BACK,
        {
            "from_state": "testing",
            "to_state": "planning",
            "from_role": "test_auditor",
            "to_role": "q_assistant",
            "reason": "criterion 3",
        },
        "was rolled back from testing to planning by anna: criterion 3",
    ),
    (
        EntryKind.PHASE_FAILED,
        {"phase": "implementation", "code": "runner_failed", "message": "exit code 3"},
        "is parked: implementation failed with runner_failed: exit code 3",
    ),
    (
        EntryKind.QUESTION_ASKED,
        {"phase": "discovery", "questions": [{"id": "Q-1", "text": "Which database?"}]},
        "waits for an answer: Q-1: Which database?",
    ),
    (
        EntryKind.QUESTION_ANSWERED,
        {"question_id": "Q-1", "answer": "SQLite"},
        "has an answer to Q-1 by anna: SQLite",
    ),
    (
        EntryKind.QUESTION_ANSWERED,
        {"question_id": "Q-1", "answer": "", "assumed": True},
        "goes on without an answer to Q-1: nobody gave one in time.",
    ),
    (
        EntryKind.APPROVAL_REQUESTED,
        {"state": "handoff_to_releaser", "approvers": ["lead", "anna"], "deadline": "2026-03-02T12:00:00Z"},
        "waits for an approval: handoff to releaser, by lead or anna, until 2026-03-02 12:00 UTC.",
    ),
    (
        EntryKind.APPROVAL_REQUESTED,
        {"state": "handoff_to_coder"},
        "waits for an approval: handoff to coder, by a person.",
    ),
    (
        EntryKind.APPROVAL_GRANTED,
        {"state": "handoff_to_releaser", "reason": "looks good"},
        "may go on: handoff to releaser was approved by anna: looks good",
    ),
    (
        EntryKind.APPROVAL_REFUSED,
        {"state": "handoff_to_releaser", "reason": "no changelog", "retry_phase": "implementation"},
        "is parked: handoff to releaser was refused by anna: no changelog",
    ),
    (
        EntryKind.APPROVAL_EXPIRED,
        {"state": "handoff_to_releaser", "outcome": "refuse", "retry_phase": "implementation"},
        "is parked: nobody approved handoff to releaser in time.",
    ),
    (
        EntryKind.APPROVAL_EXPIRED,
        {"state": "handoff_to_releaser", "outcome": "approve", "retry_phase": "implementation"},
        "may go on: nobody decided on handoff to releaser in time, and its profile approves then.",
    ),
    (EntryKind.PAUSED, {"reason": "freeze"}, "was paused by anna: freeze"),
    (EntryKind.RESUMED, {}, "was resumed by anna."),
    (
        EntryKind.LIMIT_REACHED,
        {"limit": "rework_rounds", "used": 3, "maximum": 3, "phase": "implementation"},
        "is parked: its limit of rework rounds is reached, 3 of 3, before implementation.",
    ),
    (
        EntryKind.LIMIT_EXTENDED,
        {"limits": {"tokens": 2_000_000, "money": None}, "reason": "nearly there"},
        "has other limits, by anna: tokens 2,000,000, money none: nearly there",
    ),
    (
        EntryKind.COMMAND_REFUSED,
        {"command": "request_retry", "code": "not_parked", "message": "nothing has failed"},
        "refused request retry by anna: nothing has failed",
    ),
    (EntryKind.BUILD_COMPLETED, {}, "is complete."),
    (
        EntryKind.BUILD_CANCELLED,
        {"from_state": "testing", "reason": "wrong branch"},
        "was cancelled in testing: wrong branch",
    ),
    (
        EntryKind.BUILD_ABANDONED,
        {"from_state": "discovery", "reason": "not wanted"},
        "was abandoned in discovery by anna: not wanted",
    ),
    (
        EntryKind.FINDING_WAIVED,
        {"finding_id": "dilution-1", "reason": "on request"},
        "has its finding dilution-1 waived by anna: on request",
    ),
    (
        EntryKind.PHASE_COMPENSATED,
        {"phase": "deployment", "succeeded": True},
        "undid what deployment had done outside the workspace.",
    ),
    (
        EntryKind.PHASE_COMPENSATED,
        {"phase": "deployment", "succeeded": False, "message": "403"},
        "is parked: what deployment did outside the workspace could not be undone: 403",
    ),
]


def entry(kind: EntryKind, data: dict[str, Any], actor: Actor = ANNA) -> Entry:
    FACTS[kind].model_validate(data)
    return chained(STARTED.head, kind, actor, AT, data)


@pytest.mark.parametrize(("kind", "data", "told"), SENTENCES, ids=[told for _, _, told in SENTENCES])
def test_every_kind_is_a_sentence(kind: EntryKind, data: dict[str, Any], told: str) -> None:
    assert sentence(STORY.build.view, entry(kind, data)) == f"Build b-1 (Round half to even) {told}"


def test_no_kind_is_missing() -> None:
    assert {kind for kind, _, _ in SENTENCES} == set(EntryKind)


@pytest.mark.parametrize(
    ("actor", "who"),
    [
        (role_actor(Role.CODE_WRITER), "code writer"),
        (ANNA.playing(Role.TEST_AUDITOR), "anna as test auditor"),
        (Actor(kind=ActorKind.AGENT, id="agent_7"), "agent_7"),
        (SYSTEM, "baton"),
    ],
)
def test_who_did_it_is_named(actor: Actor, who: str) -> None:
    assert sentence(STORY.build.view, entry(EntryKind.PAUSED, {}, actor)).endswith(f"was paused by {who}.")


def test_it_stays_one_line_whatever_people_write() -> None:
    view = Story.begin(request(title="a\u2028b" + "x" * 190)).build.view
    told = sentence(view, entry(EntryKind.PAUSED, {"reason": "first\r\nsecond\tthird"}))
    assert "\n" not in told
    assert told.endswith("by anna: first second third")
    assert len(told) < 250


@pytest.mark.parametrize("name", sorted(STORIES))
def test_the_notices_of_whole_stories_can_be_made_and_are_bounded(name: str) -> None:
    story = STORIES[name]()
    for number, one in enumerate(story.entries, 1):
        made = notice(build_key("b-1"), fold(story.entries[:number]), one)
        assert made.type == f"build.{one.kind.value}"
        assert made.data.message.startswith("Build b-1 (Round half to even) ")
        assert len(made.model_dump_json()) < 30_000


def test_long_texts_are_cut_and_what_no_store_takes_is_replaced() -> None:
    story = Story.begin()
    question = {"phase": "discovery", "questions": [{"id": "Q-1", "text": "x\x00" * 3000}]}
    asked = chained(STARTED.head, EntryKind.QUESTION_ASKED, ANNA, AT, question)
    made = notice(build_key("b-1"), fold([*story.entries[:1], asked]), asked)
    assert made.data.waiting_for is not None
    assert len(made.data.waiting_for.what) == len(made.data.message) == 1000
    assert "\x00" not in made.data.waiting_for.what + made.data.message
