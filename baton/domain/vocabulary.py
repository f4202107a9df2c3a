"""The words of a build: one enum for each concept, every member explained where it stands."""

from enum import StrEnum


class State(StrEnum):
    """Where a build is. Twelve states, and ``cancelled``."""

    DISCOVERY = "discovery"  # the request is understood: requirements, acceptance criteria, questions
    PLANNING = "planning"  # the work is laid out: steps, files, commands
    HANDOFF_TO_CODER = "handoff_to_coder"  # the plan lies ready for the code writer
    IMPLEMENTATION = "implementation"  # code and tests are written
    HANDOFF_TO_TESTER = "handoff_to_tester"  # the commit lies ready for the test auditor
    TESTING = "testing"  # the tests are run and judged
    HANDOFF_TO_VERIFIER = "handoff_to_verifier"  # the tested commit lies ready for the verification overseer
    VERIFICATION = "verification"  # linters, scanners and evidence are judged
    HANDOFF_TO_RELEASER = "handoff_to_releaser"  # the verified commit lies ready for the release manager
    DEPLOYMENT = "deployment"  # the release is made, checked and delivered
    COMPLETE = "complete"  # released; nothing more happens
    ERROR = "error"  # parked: a person has to decide how it goes on
    CANCELLED = "cancelled"  # stopped on request; nothing more happens


class Phase(StrEnum):
    """A state in which a role works. The values are those of :class:`State`."""

    DISCOVERY = "discovery"
    PLANNING = "planning"
    IMPLEMENTATION = "implementation"
    TESTING = "testing"
    VERIFICATION = "verification"
    DEPLOYMENT = "deployment"

    @property
    def state(self) -> State:
        """The state of the same name."""
        return State(self.value)


class Role(StrEnum):
    """Who works."""

    Q_ASSISTANT = "q_assistant"  # asks what is wanted and plans it: discovery, planning
    CODE_WRITER = "code_writer"  # writes code and tests: implementation
    TEST_AUDITOR = "test_auditor"  # runs the tests and judges them: testing
    VERIFICATION_OVERSEER = "verification_overseer"  # checks the evidence: verification
    RELEASE_MANAGER = "release_manager"  # makes and delivers the release: deployment


class Status(StrEnum):
    """What a build is doing, in one word for lists and reports."""

    IN_PROGRESS = "in_progress"  # a role works, or is about to
    WAITING = "waiting"  # a person or an outside agent has to act: report, approve or answer
    PAUSED = "paused"  # no new phase starts until somebody resumes it
    ERROR = "error"  # parked in state ``error``
    COMPLETE = "complete"  # ended well
    CANCELLED = "cancelled"  # ended on request
    FAILED = "failed"  # given up: abandoned by a person, or its workflow was ended in Temporal


class EntryKind(StrEnum):
    """What a journal entry says happened."""

    WORKFLOW_STARTED = "workflow_started"  # the build exists: its request and the terms that it runs under
    STATE_ADVANCED = "state_advanced"  # a move to the next state, or back for rework; carries the report that caused it
    RETRY_REQUESTED = "retry_requested"  # a phase is to be performed again
    ROLLED_BACK = "rolled_back"  # the build returned to an earlier phase and its commit
    PHASE_FAILED = "phase_failed"  # a role could not do its phase; the build is parked
    QUESTION_ASKED = "question_asked"  # a role needs an answer from a person before it goes on
    QUESTION_ANSWERED = "question_answered"  # a person answered one question
    APPROVAL_REQUESTED = "approval_requested"  # a handoff waits for an approval
    APPROVAL_GRANTED = "approval_granted"  # the handoff may go on
    APPROVAL_REFUSED = "approval_refused"  # the handoff may not go on; the build is parked
    APPROVAL_EXPIRED = "approval_expired"  # nobody decided in time; the default of the profile was applied
    PAUSED = "paused"  # no new phase starts from here
    RESUMED = "resumed"  # phases start again
    LIMIT_REACHED = "limit_reached"  # a budget is used up; the build is parked
    LIMIT_EXTENDED = "limit_extended"  # a person raised budgets
    COMMAND_REFUSED = "command_refused"  # a signal asked for something that is not allowed; nothing else changed
    BUILD_COMPLETED = "build_completed"  # the end: released
    BUILD_CANCELLED = "build_cancelled"  # the end: cancelled
    BUILD_ABANDONED = "build_abandoned"  # the end: given up
    FINDING_WAIVED = "finding_waived"  # an approver let a finding pass
    PHASE_COMPENSATED = "phase_compensated"  # what a phase did outside the workspace was undone, or could not be


class CommandName(StrEnum):
    """What people, scripts and agents can tell a running build."""

    ADVANCE = "advance"  # a role reports its state complete
    REQUEST_RETRY = "request_retry"  # perform the phase again
    ROLLBACK = "rollback"  # return to an earlier phase
    APPROVE = "approve"  # let a handoff go on
    REFUSE = "refuse"  # stop a handoff
    ANSWER = "answer"  # answer a role's question
    PAUSE = "pause"  # start no new phase
    RESUME = "resume"  # start phases again
    EXTEND_LIMITS = "extend_limits"  # raise budgets
    ABANDON = "abandon"  # give up; the workflow fails, truthfully
    WAIVE = "waive"  # let a finding pass


class ActorKind(StrEnum):
    """What sort of actor did something."""

    ROLE = "role"  # one of the five roles, played by a runner
    PERSON = "person"  # a human being, or a script that acts for one
    AGENT = "agent"  # an outside program that plays a role
    SYSTEM = "system"  # Baton itself


class Verdict(StrEnum):
    """How a role judges the work it was given."""

    PASSED = "passed"  # good enough to hand on
    REJECTED = "rejected"  # back to the role before, with findings


class LimitName(StrEnum):
    """The budgets of a build."""

    REWORK_ROUNDS = "rework_rounds"  # moves back for rework
    PHASE_RUNS = "phase_runs"  # phases begun, repeats included
    REQUESTS = "requests"  # requests to models
    TOKENS = "tokens"  # model tokens, input and output
    MONEY = "money"  # US dollars
    WALL_CLOCK = "wall_clock"  # seconds since the build was started

    @property
    def counts_begun(self) -> bool:
        """Whether it counts things when they begin (whole numbers), not what is spent while they go on."""
        return self in (LimitName.REWORK_ROUNDS, LimitName.PHASE_RUNS)


class RefusalCode(StrEnum):
    """Why a command was refused. The word is stable: programs may branch on it."""

    MALFORMED = "malformed"  # the message does not have the command's form
    STALE_STATE = "stale_state"  # the sender believes the build to be somewhere else
    WRONG_ROLE = "wrong_role"  # the role named does not own the state
    OUT_OF_TURN = "out_of_turn"  # a runner plays this role here, or something is undone first: nobody reports now
    SKIPPED_PHASE = "skipped_phase"  # the move would leave out a phase
    MOVE_NOT_ALLOWED = "move_not_allowed"  # the table of moves has no such move
    ALREADY_ENDED = "already_ended"  # complete, cancelled or abandoned
    PARKED = "parked"  # in ``error``: retry, roll back, cancel or abandon first
    NOT_PARKED = "not_parked"  # nothing has failed, so there is nothing to retry
    PAUSED = "paused"  # resume first
    NOT_PAUSED = "not_paused"  # nothing to resume
    NO_APPROVAL_PENDING = "no_approval_pending"  # no handoff waits for one
    APPROVAL_PENDING = "approval_pending"  # the handoff waits for its approval first
    NOT_AN_APPROVER = "not_an_approver"  # the profile does not list this person
    NO_SUCH_QUESTION = "no_such_question"  # never asked, or already answered
    QUESTION_OPEN = "question_open"  # answer first
    NO_SUCH_FINDING = "no_such_finding"  # nobody raised it, or it is of a kind that nobody can waive
    LIMIT_REACHED = "limit_reached"  # still over the budget: extend it first
    REPORT_TOO_LARGE = "report_too_large"  # put large things in the workspace and hand over their commit
    PHASE_NOT_REACHED = "phase_not_reached"  # the build that is to be forked has never been in that phase
    START_DIFFERS = "start_differs"  # the build ID is taken by another request


class AccessRole(StrEnum):
    """What a token is for. Every one may read; see :data:`baton.domain.access.COMMANDS_OF` for what else."""

    VIEWER = "viewer"  # looks, and changes nothing
    BUILDER = "builder"  # starts builds, carries them, and decides when they are stuck
    AGENT = "agent"  # an outside program that plays one role: it reports that role's states
    APPROVER = "approver"  # approves, refuses, waives, answers, and raises limits
    ADMIN = "admin"  # everything
