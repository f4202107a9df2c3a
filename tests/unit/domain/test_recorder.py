import pytest

from baton.domain.actors import SYSTEM, role_actor
from baton.domain.facts import Paused
from baton.domain.recorder import Recorder
from baton.domain.vocabulary import Role
from tests.unit.domain.driver import START


def test_a_recorder_without_a_build_has_no_view() -> None:
    with pytest.raises(ValueError, match="nothing has been recorded yet"):
        _ = Recorder(None, START).view


def test_a_journal_cannot_begin_in_the_middle() -> None:
    recorder = Recorder(None, START)
    with pytest.raises(ValueError, match="a journal starts with workflow_started, not with paused"):
        recorder.record(Paused(), SYSTEM)
    assert recorder.entries == []


def test_a_role_acts_under_its_own_name() -> None:
    actor = role_actor(Role.CODE_WRITER)
    assert (actor.kind, actor.id, actor.role) == ("role", "code_writer", Role.CODE_WRITER)
