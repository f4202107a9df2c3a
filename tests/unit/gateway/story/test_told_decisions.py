"""What a build's story says of people, and of what happens when they do nothing."""

from datetime import timedelta

import pytest

from baton.domain.actors import Actor
from baton.domain.refusals import Refusal
from baton.domain.vocabulary import CommandName, Phase, RefusalCode
from tests.unit.domain.driver import Driver, make_terms
from tests.unit.gateway.story.held import must_hold
from tests.unit.gateway.story.told import FAILED, RELEASER, coming, guarded, now


def test_an_approval_is_told_with_who_can_give_it_and_until_when() -> None:
    driver = guarded().until(RELEASER)
    assert now(driver)[0] == (
        (
            "b-1 has been in the handoff to the Release Manager since 2026-01-05 09:00:00 UTC (1 h), "
            "and waits for an approval."
        ),
        (9, 10),
    )
    wanted, deadline = coming(driver)
    assert (wanted.text, wanted.entries) == ("lead or ben can approve it, or refuse it.", (10,))
    assert wanted.command == "starter.py approve b-1"
    assert (deadline.text, deadline.entries) == (
        "If nobody does by 2026-01-05 11:00:00 UTC, it counts as refused, and the build is parked.",
        (1, 10),
    )


def test_a_refusal_is_told_with_the_wait_before_it_and_the_way_on() -> None:
    driver = guarded().until(RELEASER)
    driver.pass_time(minutes=90)
    driver.send("refuse", expected_state=RELEASER, reason="not before Monday")
    assert now(driver) == [
        (
            (
                "b-1 has stood in error since 2026-01-05 10:30:00 UTC (1 h): it was parked in the handoff to the "
                "Release Manager."
            ),
            (11,),
        ),
        (
            (
                "lead refused the handoff to the Release Manager after 1 h 30 min, and the build was parked: "
                "“not before Monday”."
            ),
            (10, 11),
        ),
    ]
    (decision,) = coming(driver)
    assert decision.text.startswith("A person has to decide. Request-retry sends the work back to implementation")
    assert decision.command == "starter.py request-retry b-1 --reason WHY"


@pytest.mark.parametrize(
    ("outcome", "came"), [("refuse", "and the build was parked."), ("approve", "which counts as approved.")]
)
def test_silence_is_told_with_what_it_counts_as(outcome: str, came: str) -> None:
    driver = guarded(on_deadline=outcome).until(RELEASER)
    driver.pass_time(hours=3)
    assert (f"Nobody approved the handoff to the Release Manager before the deadline, {came}", (10, 11)) in now(driver)


def test_questions_are_told_with_their_answers_and_what_is_still_open() -> None:
    driver = Driver(make_terms(answer_deadline=timedelta(hours=2), on_unanswered="assume"))
    driver.report(questions=["Which currency?", {"id": "Q-7", "text": "How many?"}])
    driver.send("answer", question_id="q1", answer="EUR")
    assert now(driver)[1:] == [
        ("The Q Assistant asked q1, “Which currency?” and Q-7, “How many?”.", (2,)),
        ("lead answered q1: “EUR”.", (3,)),
    ]
    wanted, deadline = coming(driver)
    assert (wanted.text, wanted.command) == (
        "Somebody has to answer Q-7, “How many?”.",
        "starter.py answer b-1 Q-7 ANSWER",
    )
    assert deadline.text.endswith("the role goes on with what is most likely.")
    driver.pass_time(hours=3)
    assert now(driver)[-1] == (
        "Nobody answered Q-7 in time, so the Q Assistant goes on with what is most likely.",
        (4,),
    )


def test_a_pause_is_told_while_it_lasts_and_after_it_with_its_end() -> None:
    driver = Driver().until("implementation")
    driver.send("pause", reason="lunch")
    assert now(driver)[-1] == ("lead paused it: “lunch”.", (5,))
    assert [(one.text, one.command) for one in coming(driver)] == [
        ("Somebody has to resume it; until then no phase begins.", "starter.py resume b-1")
    ]
    driver.send("resume", actor={"kind": "person", "id": "ben"})
    assert now(driver)[-1] == ("lead paused it: “lunch”, and ben resumed it.", (5, 6))


def test_a_limit_is_told_with_what_raised_it_and_then_what_is_left_to_do() -> None:
    driver = Driver(make_terms(limits={"rework_rounds": 0})).until("testing")
    driver.report(**FAILED)
    assert now(driver)[-1] == (
        "The limit of 0 rework rounds was reached before implementation, and the build was parked.",
        (8,),
    )
    driver.send("extend_limits", limits={"rework_rounds": 3}, reason="worth it")
    assert now(driver)[-1] == ("lead raised the limit to 3 rework rounds: “worth it”.", (9,))
    (wanted,) = coming(driver)
    assert (wanted.entries, wanted.command) == ((8, 9), "starter.py request-retry b-1 --reason WHY")


def test_a_signal_that_was_refused_is_told_as_long_as_the_build_stands_there() -> None:
    driver = guarded().until(RELEASER)
    refusal = Refusal(RefusalCode.NOT_AN_APPROVER, "'eve' may not approve")
    driver.keep(driver.build.note_refusal(CommandName.APPROVE, refusal, Actor(id="eve"), driver.now))
    assert now(driver)[-1] == (
        "eve sent approve, which was refused: 'eve' may not approve (not_an_approver).",
        (11,),
    )
    driver.until("deployment")
    assert all(11 not in one.entries for one in must_hold(driver.entries))


def test_the_way_back_is_told_with_what_is_undone_on_it() -> None:
    driver = Driver(make_terms(undone=[Phase.DEPLOYMENT])).until("deployment")
    driver.back("implementation")
    assert "which does not begin before what deployment did outside the workspace is undone" in now(driver)[0][0]
    assert now(driver)[1] == (
        (
            "lead took the build back from deployment to implementation: “wrong way”; what deployment did outside the "
            "workspace had to be undone first."
        ),
        (11,),
    )
    assert coming(driver)[0].text == "Nobody has to do anything: the Release Manager undoes what deployment did."
    driver.undo(succeeded=False, message="403")
    assert now(driver)[-1] == (
        "What deployment did outside the workspace could not be undone, and the build was parked: 403.",
        (12,),
    )


def test_an_end_that_is_no_release_is_told_with_who_wanted_it_and_why() -> None:
    driver = Driver().until("testing")
    driver.send("abandon", expected_state="testing", reason="enough")
    assert [text for text, _ in now(driver)] == [
        "b-1 has been given up, and counts as failed, since 2026-01-05 09:00:00 UTC, 0 s after it was asked for.",
        "lead gave the build up in testing: “enough”.",
    ]
    driver = Driver().until("testing")
    driver.keep(driver.build.cancel("no budget", driver.now))
    assert now(driver)[-1][0] == "Baton cancelled the build in testing: “no budget”."
