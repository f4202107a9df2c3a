"""Strategies for what the world sends to a build: reports, terms, and messages good and bad."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from baton.domain.moves import HANDOFFS
from baton.domain.terms import OnUnanswered, Terms
from baton.domain.vocabulary import CommandName, LimitName, Phase, Role, State
from tests.unit.domain.driver import make_terms

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
"""Any JSON value."""

_COMMITS = st.sampled_from(["a1", "b2", "c3"])

_FINDINGS = st.fixed_dictionaries(
    {"message": st.text(max_size=5)},
    optional={
        "id": st.sampled_from(["F-1", "dilution-1", "dilution-2", "compensation-deployment", "dilution-"]),
        "severity": st.sampled_from(["low", "high"]),
        "criterion": st.sampled_from(["AC-1", "AC-9", "", " "]),
        "evidence": st.sampled_from(["test_a", "test_b", "", "\t"]),
    },
)

QUESTIONS = st.lists(
    st.sampled_from(["which?", {"id": "q1", "text": "why?"}, {"id": "mine", "text": "how?"}]), max_size=3
)
"""Questions, some of them twice under one ID."""

_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "verdict": st.sampled_from(["passed", "rejected"]),
    "summary": st.text(max_size=10),
    "output": st.dictionaries(st.text(max_size=3), JSON, max_size=2)
    | st.fixed_dictionaries(
        {"acceptance_criteria": st.lists(st.sampled_from([{"id": "AC-1"}, {"id": "AC-2"}, "AC-3"]))}
    ),
    "findings": st.lists(st.text(max_size=5) | _FINDINGS, max_size=3),
    "questions": QUESTIONS,
    "compensations": st.lists(
        st.fixed_dictionaries({"phase": st.sampled_from(Phase), "succeeded": st.booleans()}), max_size=2
    ),
    "evidence": st.lists(st.fixed_dictionaries({"name": st.just("pytest"), "commit": _COMMITS}), max_size=2),
    "usage": st.fixed_dictionaries(
        {},
        optional={
            "requests": st.integers(0, 3),
            "input_tokens": st.integers(0, 50),
            "output_tokens": st.integers(0, 50),
            "cost_usd": st.floats(0, 1),
        },
    ),
    "commit": _COMMITS,
    "tree": st.sampled_from(["t1", "t2"]),
    "all_tests_passed": st.booleans(),
    "tests_run": st.integers(0, 5),
    "tests_failed": st.integers(0, 2),
    "test_coverage": st.one_of(st.integers(0, 100), st.floats(0, 1), st.sampled_from(["85%", "0.9", "0.5%"])),
    "approved_for_deployment": st.booleans(),
    "deployment_successful": st.booleans(),
    "remark": JSON,
}
REPORTS = st.fixed_dictionaries({}, optional=_FIELDS)
"""Reports of every sort, most of them unfit for some gate."""

REJECTIONS = st.fixed_dictionaries(
    {"findings": st.lists(_FINDINGS, max_size=2), "tree": st.sampled_from(["t1", "t2"])},
    optional={"tests_failed": st.just(1), "verdict": st.just("rejected"), "compensations": _FIELDS["compensations"]},
)
"""What a report that is good otherwise finds wrong in one of two trees."""

FLAWS = st.sampled_from(sorted(_FIELDS)).flatmap(lambda name: st.fixed_dictionaries({name: _FIELDS[name]}))
"""One field of a report: what a good one may have wrong."""


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    """Terms with roles played by hand or by runners, some gates, short deadlines and small budgets."""
    soon = st.none() | st.integers(1, 20).map(lambda minutes: timedelta(minutes=minutes))
    rule = st.fixed_dictionaries(
        {
            "approvers": st.sampled_from([(), ("lead",), ("lead", "owner")]),
            "deadline": soon,
            "on_deadline": st.sampled_from(["refuse", "approve"]),
        }
    )
    limits = st.fixed_dictionaries(
        {},
        optional={
            "rework_rounds": st.none() | st.integers(0, 3),
            "phase_runs": st.none() | st.integers(1, 12),
            "requests": st.integers(1, 6),
            "tokens": st.integers(1, 200),
            "money": st.floats(0.01, 3),
            "wall_clock": st.integers(60, 7200),
        },
    )
    return make_terms(
        draw(st.sets(st.sampled_from(Role))),
        draw(limits),
        draw(st.sampled_from([(), tuple(Phase)]) | st.sets(st.sampled_from(Phase))),
        rules=draw(st.sampled_from([1, 2, 2])),
        waivers=draw(st.sampled_from([(), ("lead",), ("owner", "other")])),
        on_unanswered=draw(st.sampled_from(OnUnanswered)),
        approvals=draw(st.dictionaries(st.sampled_from(HANDOFFS), rule)),
        answer_deadline=draw(soon),
        minimum_coverage=draw(st.sampled_from([0, 0.7, 57, 80])),
    )


ACTORS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["person", "person", "person", "agent", "system"]),
        "id": st.sampled_from(["lead", "owner", "other"]),
    }
)
KEYS = st.none() | st.sampled_from(["k1", "k2", "k3", "k4", "k5"])


@st.composite
def commands(draw: st.DrawFn, state: State) -> tuple[CommandName, dict[str, Any]]:
    """A well-formed command to a build in ``state``; what it says is right by chance, or stale, or out of turn."""
    name = draw(st.sampled_from(CommandName))
    believed = draw(st.just(state) | st.just(state) | st.sampled_from(State))
    fields: dict[str, Any] = {"actor": draw(ACTORS), "command_id": draw(KEYS)}
    match name:
        case CommandName.ADVANCE:
            both = st.fixed_dictionaries({"discovery": REPORTS, "planning": REPORTS})
            fields |= {
                "role": draw(st.sampled_from(Role)),
                "completed_state": believed,
                "result": draw(REPORTS | both),
                "next_state": draw(st.none() | st.sampled_from(State)),
            }
        case CommandName.ROLLBACK:
            fields |= {"target_state": draw(st.sampled_from(Phase)), "expected_state": believed, "reason": "back"}
        case CommandName.REQUEST_RETRY | CommandName.APPROVE | CommandName.REFUSE:
            fields |= {"expected_state": believed, "reason": "so it is"}
        case CommandName.ABANDON:  # seldom to the point: it ends what could go on
            fields |= {"expected_state": draw(st.sampled_from(State)), "reason": "enough"}
        case CommandName.ANSWER:
            fields |= {"question_id": draw(st.sampled_from(["q1", "q2", "q3", "mine"])), "answer": "yes"}
        case CommandName.WAIVE:
            known = ["dilution-1", "dilution-2", "F-1", "compensation-deployment", "compensation-testing"]
            fields |= {"finding_id": draw(st.sampled_from(known)), "reason": "let it pass"}
        case CommandName.EXTEND_LIMITS:
            value = st.none() | st.integers(0, 300) | st.floats(0, 1e20)
            fields |= {"limits": draw(st.dictionaries(st.sampled_from(LimitName), value, min_size=1, max_size=2))}
        case CommandName.PAUSE | CommandName.RESUME:
            pass
    return name, fields


@st.composite
def malformed(draw: st.DrawFn, state: State) -> tuple[CommandName, Any]:
    """A message with something wrong in it, most of the time."""
    name, fields = draw(commands(state))
    field = draw(st.sampled_from([*fields, "surprise"]))
    how = draw(st.sampled_from(["dropped", "replaced", "no object"]))
    if how == "no object":
        return name, draw(JSON)
    broken = {key: value for key, value in fields.items() if key != field}
    return name, broken if how == "dropped" else broken | {field: draw(JSON)}
