"""A journal folded at once, in two halves, or through JSON gives the same view."""

from datetime import timedelta

import pytest

from baton.domain.actors import SYSTEM
from baton.domain.build import Build
from baton.domain.facts import FACTS, QuestionAsked, StateAdvanced
from baton.domain.fold import fold
from baton.domain.moves import MoveKind
from baton.domain.recorder import Recorder
from baton.domain.refusals import Refusal
from baton.domain.reports import Question
from baton.domain.steps import Perform
from baton.domain.view import BuildView
from baton.domain.vocabulary import CommandName, EntryKind, Phase, RefusalCode, Role, State
from tests.unit.domain.driver import Driver, make_terms


def eventful() -> Driver:
    """A build to which nearly everything happens."""
    driver = Driver(
        make_terms(
            [Role.CODE_WRITER],
            {"phase_runs": 7, "wall_clock": 86_400},
            undone=[Phase.PLANNING, Phase.TESTING],
            approvals={State.HANDOFF_TO_VERIFIER: {}, State.HANDOFF_TO_RELEASER: {"deadline": timedelta(hours=1)}},
            answer_deadline=timedelta(hours=1),
        )
    )
    driver.report(questions=["Which till?", "Which colour?"])
    driver.send("answer", question_id="q1", answer="red", command_id="k-1")
    driver.pass_time(hours=1)
    driver.send("request_retry", expected_state="error", reason="now")
    driver.until(State.HANDOFF_TO_VERIFIER)
    driver.send("refuse", expected_state="handoff_to_verifier", reason="no bell")
    driver.send("request_retry", expected_state="error", reason="add one")
    gone = {"id": "dilution-1", "message": "test_old is gone", "evidence": "test_old"}
    driver.until(State.TESTING).report(tests_failed=2, findings=["0.1 + 0.2", gone], usage={"output_tokens": 9})
    driver.send("waive", finding_id="dilution-1", reason="the export is gone too")
    driver.send("extend_limits", limits={"phase_runs": 30, "wall_clock": None})
    driver.send("request_retry", expected_state="error", reason="go on")
    driver.until(State.HANDOFF_TO_RELEASER).pass_time(hours=2)
    driver.send("rollback", target_state="planning", expected_state="error", reason="start over")
    driver.undo()
    driver.undo(succeeded=False)
    driver.send("waive", finding_id="compensation-planning", reason="undone by hand")
    driver.send("request_retry", expected_state="error", reason="undone by hand")
    driver.keep(driver.build.fail(driver.order.number, "runner_failed", "crash", driver.now))
    driver.send("request_retry", expected_state="error", reason="again")
    driver.send("pause", reason="tea")
    refusal = Refusal(RefusalCode.PAUSED, "it is paused")
    driver.keep(driver.build.note_refusal(CommandName.PAUSE, refusal, driver.entries[0].actor, driver.now))
    driver.send("resume")
    return driver


def ended() -> list[Driver]:
    complete, cancelled, abandoned = eventful().until(State.COMPLETE), eventful(), eventful()
    cancelled.keep(cancelled.build.cancel("not needed", cancelled.now))
    abandoned.send("abandon", expected_state=abandoned.state.value, reason="enough")
    return [complete, cancelled, abandoned]


ENDED = ended()


def test_the_stories_tell_of_every_kind_of_entry() -> None:
    assert {kind for driver in ENDED for kind in driver.kinds} == set(EntryKind) == set(FACTS)


@pytest.mark.parametrize("driver", ENDED, ids=["complete", "cancelled", "abandoned"])
def test_for_every_split_two_halves_give_what_one_fold_gives(driver: Driver) -> None:
    whole = fold(driver.entries)
    assert whole == driver.view
    for cut in range(1, len(driver.entries) + 1):
        first = fold(driver.entries[:cut])
        before = first.model_copy(deep=True)
        assert fold(driver.entries[cut:], first) == whole
        assert first == before, "the view that was folded on was changed"


@pytest.mark.parametrize("driver", ENDED, ids=["complete", "cancelled", "abandoned"])
def test_for_every_split_a_view_read_back_from_json_folds_on_to_the_same(driver: Driver) -> None:
    whole = fold(driver.entries)
    for cut in range(1, len(driver.entries) + 1):
        text = fold(driver.entries[:cut]).model_dump_json()
        again = BuildView.model_validate_json(text)
        assert again.model_dump_json() == text
        assert fold(driver.entries[cut:], again) == whole


def test_a_build_goes_on_from_a_view_read_back() -> None:
    driver = eventful()
    again = Build(BuildView.model_validate_json(driver.view.model_dump_json()))
    assert again.next_step() == driver.build.next_step()
    assert isinstance(again.next_step(), Perform)


def test_a_journal_without_entries_has_no_view() -> None:
    with pytest.raises(ValueError, match="a journal without entries has no view"):
        fold([])


def test_a_journal_starts_with_its_start() -> None:
    with pytest.raises(ValueError, match="a journal starts with workflow_started, not with question_answered"):
        fold(ENDED[0].entries[2:3])


def test_a_rework_and_a_question_without_their_reports_are_folded_too() -> None:
    driver = Driver().until(State.TESTING)
    asked = QuestionAsked(phase=Phase.TESTING, questions=(Question(id="q1", text="?"),))
    back = StateAdvanced(
        from_state=State.TESTING,
        to_state=State.IMPLEMENTATION,
        from_role=Role.TEST_AUDITOR,
        to_role=Role.CODE_WRITER,
        move=MoveKind.REWORK,
        reason="it does not add",
    )
    recorder = Recorder(driver.view, driver.now)
    recorder.record(asked, SYSTEM)
    recorder.record(back, SYSTEM)
    view = fold([*driver.entries, *recorder.entries])
    assert view == recorder.view
    assert view.feedback is not None
    assert (view.feedback.reason, view.feedback.findings) == ("it does not add", [])


def test_a_fold_of_nothing_more_is_the_view_itself() -> None:
    view = ENDED[0].view
    assert fold([], view) == view


def test_a_view_carries_the_names_that_reports_rely_on() -> None:
    assert {
        *("workflow_id", "build_id", "project_id", "user_id", "current_state", "current_role", "status", "progress"),
        *("completed_phases", "handoff_history", "elapsed_time", "created_at", "updated_at", "completed_at"),
        *("next_expectations", "waiting_for", "ledger"),
    } <= set(BuildView.model_fields)
