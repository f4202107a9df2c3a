"""What a build's story says of the work, and which entries it rests on."""

from datetime import timedelta, timezone

import pytest

from baton.domain.actors import Actor
from baton.domain.attempts import Attempt
from baton.domain.refusals import Refusal
from baton.domain.vocabulary import CommandName, EntryKind, RefusalCode, Role
from gateway.story.sentence import SentenceKind
from gateway.story.telling import tell
from tests.journals import STORIES
from tests.unit.domain.driver import Driver, make_terms
from tests.unit.gateway.story.held import must_hold
from tests.unit.gateway.story.told import FAILED, RELEASER, coming, found, guarded, now, said


@pytest.mark.parametrize("name", STORIES)
def test_every_story_rests_on_its_journal_at_every_moment(name: str) -> None:
    entries = STORIES[name]().entries
    for count in range(1, len(entries) + 1):
        must_hold(entries[:count])


def test_a_release_is_told_with_the_evidence_that_it_rests_on() -> None:
    said = now(Driver().until("complete"))
    assert said == [
        ("b-1 has been complete since 2026-01-05 09:00:00 UTC, 0 s after it was asked for.", (1, 12)),
        ("The Test Auditor let it pass: 9 tests, none failed, 91.5 % covered.", (7,)),
        ("The Verification Overseer approved it for deployment.", (9,)),
        ("The Release Manager released it.", (11,)),
    ]


def test_work_that_came_back_is_told_with_the_finding_that_sent_it() -> None:
    driver = Driver().until("testing")
    driver.report(**FAILED, findings=[found("half went up\n+ 1"), found("half went down")])
    assert now(driver) == [
        (
            (
                "b-1 has been in implementation since 2026-01-05 09:00:00 UTC (1 h), and the Code Writer is at work "
                "on it, for the 2nd time."
            ),
            (7,),
        ),
        (
            (
                "The Test Auditor sent the work back to implementation: 1 of the tests failed. "
                "“half went up” (AC-1 and t::half), and 1 more finding."
            ),
            (7,),
        ),
    ]


def test_of_many_rounds_the_last_is_told_with_their_number() -> None:
    driver = Driver(make_terms(limits={"rework_rounds": 9}))
    for number in range(4):
        driver.until("testing").report(**FAILED, tree=f"{number}", findings=[found(f"round {number}")])
    (_, (last, entries)) = now(driver)
    assert last.startswith("For the 4th time, the Test Auditor sent the work back to implementation: ")
    assert "round 3" in last
    assert entries == (7, 10, 13, 16)
    assert "round 0" not in " ".join(text for text, _ in said(driver, SentenceKind.PAST))
    assert said(driver, SentenceKind.SPENT)[0][0] == (
        "So far it has used 4 of 9 rework rounds and 11 of 50 phase runs in 1 h."
    )


def test_a_failure_is_told_with_its_attempts_and_the_retry_that_followed() -> None:
    driver = Driver().until("verification")
    attempts = tuple(Attempt(number=number, failure="worker_lost") for number in (1, 2, 3))
    order = driver.order.number
    driver.keep(driver.build.fail(order, "worker_lost", "no answer", driver.now, attempts=attempts))
    text = "Verification could not go on, and the build was parked, after 3 attempts: no answer (worker_lost)."
    assert now(driver)[-1] == (text, (9,))
    driver.retry("new disk")
    assert now(driver)[-1] == ("lead had verification performed again: “new disk”.", (10,))
    assert (text, (9,)) in said(driver, SentenceKind.PAST)


def test_work_by_hand_is_told_with_the_command_that_reports_it() -> None:
    driver = Driver(make_terms(manual=[Role.CODE_WRITER], limits={"wall_clock": timedelta(days=1)}))
    driver.until("handoff_to_coder")
    wanted, ends = coming(driver)
    assert wanted.text == "Whoever plays the Code Writer by hand has to report. Take over the plan."
    assert wanted.command == "starter.py advance b-1 --role code_writer --state handoff_to_coder"
    assert ends.text == "Its wall clock runs out at 2026-01-06 09:00:00 UTC; if it has not ended by then, it is parked."
    driver.until("testing")
    assert ("lead as Code Writer wrote the code in commit c0de.", (5,)) in said(driver, SentenceKind.PAST)


def test_every_kind_of_entry_matters_to_some_story() -> None:
    assert _told() == set(EntryKind)


def _told() -> set[EntryKind]:
    """The kinds that sentences rest on, in stories that were cut short at every moment."""
    asked = Driver()
    asked.report(questions=["Which?"])
    asked.send("answer", question_id="q1", answer="that")
    expired = guarded().until(RELEASER)
    expired.pass_time(hours=3)
    stopped = Driver(make_terms(limits={"rework_rounds": 0})).until("testing")
    stopped.report(**FAILED)
    stopped.send("extend_limits", limits={"rework_rounds": 3})
    stopped.retry()
    stopped.send("pause")
    stopped.send("resume")
    stopped.keep(
        stopped.build.note_refusal(
            CommandName.APPROVE, Refusal(RefusalCode.MALFORMED, "no"), Actor(id="eve"), stopped.now
        )
    )
    stopped.fail()
    stopped.send("abandon", expected_state="error", reason="enough")
    cancelled, approved = Driver(), guarded().until("complete")
    cancelled.keep(cancelled.build.cancel("", cancelled.now))
    journals = [one.entries for one in (asked, expired, stopped, cancelled, approved)]
    journals += [make().entries for make in STORIES.values()]
    return {
        entries[number - 1].kind
        for entries in journals
        for count in range(1, len(entries) + 1)
        for one in must_hold(entries[:count])
        for number in one.entries
    }


def test_moments_are_told_in_the_zone_of_the_reader() -> None:
    driver = Driver()
    story = tell(driver.entries, driver.now, timezone(timedelta(hours=2)))
    assert "since 2026-01-05 11:00:00 (0 s)" in story[0].text


def test_what_came_from_outside_can_do_nothing_to_a_terminal() -> None:
    driver = Driver().until("testing")
    driver.send("abandon", expected_state="testing", reason="\x1b]0;owned\x07\x1b[31mred\u202e\n" + "x" * 5000)
    text = now(driver)[-1][0]
    assert text.startswith("lead gave the build up in testing: “red xxx")
    assert len(text) < 300


def test_entries_that_are_no_journal_tell_nothing() -> None:
    driver = Driver().until("planning")
    for entries in ([], driver.entries[1:]):
        with pytest.raises(ValueError, match="journal"):
            tell(entries, driver.now)
