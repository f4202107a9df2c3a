from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from baton.domain.terms import OnDeadline
from baton.domain.vocabulary import Role, State
from baton.runners.catalogue import Profiles
from baton.runners.profile_errors import InvalidProfile
from tests.installed import declared_runners

MANUAL = "".join(f'[roles.{role.value}]\nrunner = "manual"\n' for role in Role if role is not Role.CODE_WRITER)
CODER = '[roles.code_writer]\nrunner = "command"\ncommand = ["agent"]\n'

Refused = Callable[[str], list[str]]


@pytest.fixture
def profiles(tmp_path: Path) -> Profiles:
    return Profiles(tmp_path, declared_runners())


@pytest.fixture
def refused(tmp_path: Path, profiles: Profiles) -> Refused:
    """The lines of the error for a profile, without the path of its folder."""

    def lines(text: str) -> list[str]:
        (tmp_path / "own.toml").write_text(text)
        with pytest.raises(InvalidProfile) as error:
            profiles.load("own")
        return [line.removeprefix(f"{tmp_path}/") for line in str(error.value).splitlines()]

    return lines


def test_terms_hold_what_the_file_says(tmp_path: Path, profiles: Profiles) -> None:
    (tmp_path / "own.toml").write_text(
        CODER
        + 'timeout = "2h"\nheartbeat = 5\nattempts = 2\nbackoff = "3s"\n'
        + MANUAL
        + """
[gates]
minimum_coverage = 75
[gates.approvals.handoff_to_releaser]
approvers = ["ada", "grace"]
deadline = "2d"
on_deadline = "approve"
[questions]
deadline = "1d"
[limits]
rework_rounds = "none"
tokens = 1000
money = 2.5
wall_clock = "1h30m"
[history]
continue_as_new_after = 500
[workspace]
ref = "main"
"""
    )
    profile = profiles.load("own")
    terms = profile.terms()
    coder = terms.role(Role.CODE_WRITER)
    assert (coder.runner, coder.manual, coder.attempts) == ("command", False, 2)
    assert (coder.timeout, coder.heartbeat, coder.backoff) == (
        timedelta(hours=2),
        timedelta(seconds=5),
        timedelta(seconds=3),
    )
    assert terms.role(Role.TEST_AUDITOR).manual
    approval = terms.approvals[State.HANDOFF_TO_RELEASER]
    assert approval.approvers == ("ada", "grace")
    assert (approval.deadline, approval.on_deadline) == (timedelta(days=2), OnDeadline.APPROVE)
    assert terms.answer_deadline == timedelta(days=1)
    assert (terms.limits.rework_rounds, terms.limits.phase_runs, terms.limits.tokens) == (None, 50, 1000)
    assert (terms.limits.money, terms.limits.wall_clock) == (2.5, timedelta(minutes=90))
    assert (terms.minimum_coverage, terms.history_events, profile.ref) == (75, 500, "main")


def test_the_digest_changes_with_the_file(tmp_path: Path, profiles: Profiles) -> None:
    (tmp_path / "own.toml").write_text(CODER + MANUAL)
    first = profiles.load("own").terms().digest
    (tmp_path / "own.toml").write_text(CODER + MANUAL + "# changed\n")
    assert profiles.load("own").terms().digest != first
    assert len(first) == 64


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            CODER + 'timeuot = "1h"\n' + MANUAL,
            (
                "own.toml:4: roles.code_writer.timeuot: unknown key; did you mean 'timeout'? (allowed: "
                "attempts, backoff, checks, command, command_from, env, heartbeat, limits, network, phases, quick, "
                "readable, runner, sandbox, set_env, timeout, undo, writable)"
            ),
        ),
        (
            CODER + MANUAL + "[gate]\n",
            (
                "own.toml:12: gate: unknown key; did you mean 'gates'? (allowed: gates, history, limits, profile, "
                "questions, roles, sandbox, workspace)"
            ),
        ),
        (
            CODER + MANUAL + '[roles.tester]\nrunner = "manual"\n',
            (
                "own.toml:12: roles.tester: 'tester' is not allowed; did you mean 'test_auditor'? (allowed: "
                "q_assistant, code_writer, test_auditor, verification_overseer, release_manager)"
            ),
        ),
        (
            '[roles.code_writer]\nrunner = "comand"\n' + MANUAL,
            (
                "own.toml:2: roles.code_writer.runner: no runner 'comand' is installed; did you mean 'command'? "
                "(installed: agent, command, llm, manual, toolchain)"
            ),
        ),
        (
            '[roles.code_writer]\nrunner = "toolchain"\n' + MANUAL,
            (
                "own.toml:2: roles.code_writer.runner: the toolchain cannot play code_writer; it plays q_assistant, "
                "test_auditor, verification_overseer, release_manager"
            ),
        ),
        (
            MANUAL,
            "own.toml:1: roles.code_writer: is missing: a profile says how each role is played",
        ),
        (
            CODER + 'attempts = "3"\n' + MANUAL,
            "own.toml:4: roles.code_writer.attempts: should be a valid integer (got '3')",
        ),
        (
            CODER + 'timeout = "1 hour"\n' + MANUAL,
            (
                "own.toml:4: roles.code_writer.timeout: a length of time is seconds, or text such as '90s', '30m', "
                "'2h', '1d' or '1h30m' (got '1 hour')"
            ),
        ),
        (
            CODER + MANUAL + "[gates]\n\nminimum_coverage = 120\n",
            "own.toml:14: gates.minimum_coverage: should be less than or equal to 100 (got 120)",
        ),
        (
            CODER + MANUAL + "[gates.approvals.testing]\n",
            (
                "own.toml:12: gates.approvals.testing: no handoff is called 'testing'; there are handoff_to_coder, "
                "handoff_to_tester, handoff_to_verifier, handoff_to_releaser (got 'testing')"
            ),
        ),
        (
            CODER + MANUAL + "[gates.approvals.handoff_to_coder]\napprover = []\n",
            (
                "own.toml:13: gates.approvals.handoff_to_coder.approver: unknown key; did you mean 'approvers'? "
                "(allowed: approvers, deadline, on_deadline)"
            ),
        ),
        (
            CODER + MANUAL + '[sandbox]\npolicy = "requires"\n',
            (
                "own.toml:13: sandbox.policy: 'requires' is not allowed; did you mean 'require'? "
                "(allowed: require, prefer, off)"
            ),
        ),
        (
            CODER.replace('["agent"]', '"agent"') + MANUAL,
            "own.toml:3: roles.code_writer.command: should be a valid array (got 'agent')",
        ),
        (
            CODER.replace('"agent"', '"{pyton}"') + MANUAL,
            (
                "own.toml:3: roles.code_writer.command: unknown placeholder '{pyton}'; known are {python}, {examples}; "
                "'{{' is a plain brace"
            ),
        ),
        (
            '[roles.code_writer]\nrunner = "command"\n' + MANUAL,
            (
                "own.toml:1: roles.code_writer: needs 'command' (a list of words) or 'command_from' (the name of a "
                "variable)"
            ),
        ),
        (
            CODER + MANUAL + '[workspace]\nremote = "https://ann:hunter2@git.example/x.git"\n',
            (
                "own.toml:13: workspace.remote: a profile is a plain file: put the address into a variable, and name "
                "that in 'remote_from'"
            ),
        ),
        (
            CODER + MANUAL + '[workspace]\nremote = "shared.git"\n',
            (
                "own.toml:13: workspace.remote: remote 'shared.git': use an https, ssh, git or file address, or an "
                "absolute path"
            ),
        ),
        (
            CODER + MANUAL + '[workspace]\nremote = "/srv/x.git"\nremote_from = "SHARED"\n',
            "own.toml:12: workspace: give 'remote' or 'remote_from', not both",
        ),
        (
            CODER + MANUAL + '[workspace]\nref = "--upload-pack=x"\n',
            (
                "own.toml:13: workspace.ref: ref '--upload-pack=x' is not the name of a branch or tag, nor a commit "
                "(got '--upload-pack=x')"
            ),
        ),
        (
            CODER + '[roles.code_writer.phases.testing]\ncommand = ["x"]\n' + MANUAL,
            "own.toml:1: roles.code_writer: testing is no phase of code_writer; its phases: implementation",
        ),
    ],
)
def test_an_error_names_file_line_key_and_what_is_allowed(refused: Refused, text: str, told: str) -> None:
    assert refused(text) == [told]


def test_all_that_is_wrong_is_told_at_once_in_the_order_of_lines(refused: Refused) -> None:
    told = refused(CODER + "attempts = 0\nbackoff = true\n" + MANUAL + "[limits]\nmoney = -1\n")
    assert [line.split(": ")[0] for line in told] == ["own.toml:4", "own.toml:5", "own.toml:15"]


def test_a_test_command_that_leaves_no_evidence_is_refused(refused: Refused) -> None:
    text = CODER + MANUAL.replace(
        '[roles.test_auditor]\nrunner = "manual"', '[roles.test_auditor]\nrunner = "toolchain"\ntest = ["make", "test"]'
    )
    (told,) = refused(text)
    assert told.startswith("own.toml:8: roles.test_auditor.test: a test command writes JUnit XML to '{junit}'")


def test_a_file_that_is_not_toml_is_told_with_its_line(refused: Refused) -> None:
    (told,) = refused("[profile]\ndescription = \n")
    assert told.startswith("own.toml:1: the file: is not TOML: ")
    assert "line 2" in told


def test_a_file_that_is_not_utf8_is_told_with_its_line(tmp_path: Path, profiles: Profiles) -> None:
    (tmp_path / "own.toml").write_bytes(b"# one\n# \xff\n")
    with pytest.raises(InvalidProfile, match=r"not UTF-8 text \(line 2\)"):
        profiles.load("own")


def test_a_file_of_megabytes_is_refused_unread(tmp_path: Path, profiles: Profiles) -> None:
    (tmp_path / "own.toml").write_text("#" * 1_000_000)
    with pytest.raises(InvalidProfile, match="too many for a profile"):
        profiles.load("own")
