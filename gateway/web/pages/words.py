"""Words and shapes for what builds are: never a colour alone."""

from dataclasses import dataclass, replace

from baton.domain.outside import OutsideKind
from baton.domain.vocabulary import EntryKind, Phase, Role, State, Status


@dataclass(frozen=True, slots=True)
class Look:
    """How a status is shown: ``tone`` is a colour of the style sheet, ``icon`` a shape of ``icons.html``."""

    word: str
    tone: str
    icon: str


STATUS_LOOKS = {
    Status.IN_PROGRESS: Look("working", "work", "play"),
    Status.WAITING: Look("waiting", "wait", "hand"),
    Status.PAUSED: Look("paused", "still", "pause"),
    Status.ERROR: Look("parked", "bad", "alert"),
    Status.COMPLETE: Look("complete", "good", "check"),
    Status.CANCELLED: Look("cancelled", "still", "slash"),
    Status.FAILED: Look("failed", "bad", "cross"),
}

STATE_WORDS = {
    State.HANDOFF_TO_CODER: "handoff to coder",
    State.HANDOFF_TO_TESTER: "handoff to tester",
    State.HANDOFF_TO_VERIFIER: "handoff to verifier",
    State.HANDOFF_TO_RELEASER: "handoff to releaser",
    State.ERROR: "parked",
}

ROLE_WORDS = {
    Role.Q_ASSISTANT: "Q Assistant",
    Role.CODE_WRITER: "Code Writer",
    Role.TEST_AUDITOR: "Test Auditor",
    Role.VERIFICATION_OVERSEER: "Verification Overseer",
    Role.RELEASE_MANAGER: "Release Manager",
}

WAITING_WORDS = {
    "approval": "approval",
    "answer": "answer",
    "decision": "decision",
    "resume": "resume",
    "report": "report by hand",
}
"""What a build can wait for, as people say it."""

_ENTRY_TONES = {
    EntryKind.PHASE_FAILED: "bad",
    EntryKind.LIMIT_REACHED: "bad",
    EntryKind.APPROVAL_REFUSED: "bad",
    EntryKind.APPROVAL_EXPIRED: "bad",
    EntryKind.COMMAND_REFUSED: "bad",
    EntryKind.BUILD_ABANDONED: "bad",
    EntryKind.APPROVAL_REQUESTED: "wait",
    EntryKind.QUESTION_ASKED: "wait",
    EntryKind.PAUSED: "still",
    EntryKind.BUILD_CANCELLED: "still",
    EntryKind.BUILD_COMPLETED: "good",
    EntryKind.APPROVAL_GRANTED: "good",
}


def status_look(status: Status | str, outside: OutsideKind | None = None) -> Look:
    """How ``status`` is shown; of a build that ended outside of its journal by the word for that."""
    look = STATUS_LOOKS[Status(status)]
    return look if outside is None else replace(look, word=outside_word(outside))


def outside_word(kind: OutsideKind) -> str:
    """How a build ended outside of its journal, as people say it."""
    return kind.value.replace("_", " ")


def state_word(state: State | Phase | str) -> str:
    """``state`` as people say it."""
    return STATE_WORDS.get(State(str(state)), str(state).replace("_", " "))


def role_word(role: Role | str | None) -> str:
    """``role`` as people say it; nobody is ``nobody``."""
    return "nobody" if role is None else ROLE_WORDS[Role(role)]


def waiting_word(kind: str) -> str:
    """What a build waits for, in a word or two."""
    return WAITING_WORDS.get(kind, kind)


def kind_word(kind: EntryKind | str) -> str:
    """A kind of journal entry as people say it."""
    return str(kind).replace("_", " ")


def entry_tone(kind: EntryKind) -> str:
    """The colour of a kind of entry."""
    return _ENTRY_TONES.get(kind, "plain")
