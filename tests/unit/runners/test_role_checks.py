"""Which roles Baton executes checks for, and what a profile may say about them."""

from pathlib import Path

from baton.domain.vocabulary import Role
from baton.runners.base import Surroundings
from baton.runners.checked import CheckedRunner
from baton.runners.profile import Profile, read_profile
from baton.runners.profile_errors import InvalidProfile
from baton.runners.toolchain.checks import AuditChecks, VerificationChecks
from tests.installed import declared_runners

REGISTRY = declared_runners(llm="baton.runners.command:CommandRunner", agent="baton.runners.command:CommandRunner")
PLAYED = 'command = ["true"]\n'


def _read(**roles: str) -> Profile:
    tables = {role.value: 'runner = "manual"\n' for role in Role} | roles
    text = "".join(f"[roles.{role}]\n{table}\n" for role, table in tables.items())
    return read_profile("own", "own.toml", text.encode(), REGISTRY)


def _refused(**roles: str) -> str:
    try:
        _read(**roles)
    except InvalidProfile as error:
        return str(error)
    return ""


def test_models_and_agents_are_checked_without_being_asked() -> None:
    profile = _read(
        q_assistant=f'runner = "llm"\n{PLAYED}',
        code_writer=f'runner = "agent"\n{PLAYED}',
        test_auditor=f'runner = "llm"\n{PLAYED}',
        verification_overseer=f'runner = "agent"\n{PLAYED}',
    )
    assert profile.checks == {
        Role.TEST_AUDITOR: AuditChecks(),
        Role.VERIFICATION_OVERSEER: VerificationChecks(),
    }


def test_programs_are_checked_where_the_profile_says_so() -> None:
    table = f'runner = "command"\n{PLAYED}'
    assert _read(test_auditor=table).checks == {}
    checked = _read(test_auditor=f'{table}[roles.test_auditor.checks]\nask = "always"\nunproven = "block"\n').checks
    assert checked == {Role.TEST_AUDITOR: AuditChecks(ask="always", unproven="block")}


def test_a_checked_role_is_wrapped_and_has_its_terms() -> None:
    profile = _read(test_auditor=f'runner = "llm"\ntimeout = "2m"\n{PLAYED}')
    surroundings = Surroundings(releases=Path("/releases"), keys=Path("/keys"))
    assert isinstance(profile.runner(Role.TEST_AUDITOR, surroundings), CheckedRunner)
    assert not isinstance(profile.runner(Role.Q_ASSISTANT, surroundings), CheckedRunner)
    assert profile.terms().role(Role.TEST_AUDITOR).timeout.total_seconds() == 120


def test_what_cannot_be_checked_is_refused_with_its_place() -> None:
    assert _refused(code_writer=f'runner = "llm"\n{PLAYED}[roles.code_writer.checks]\n') == (
        "own.toml:7: roles.code_writer.checks: code_writer has no checks; they are for test_auditor and "
        "verification_overseer"
    )
    assert "the runner 'toolchain' is not checked" in _refused(
        test_auditor='runner = "toolchain"\n[roles.test_auditor.checks]\n'
    )
    assert "the runner 'manual' is not checked" in _refused(
        test_auditor='runner = "manual"\n[roles.test_auditor.checks]\n'
    )
    told = _refused(test_auditor=f'runner = "llm"\n{PLAYED}[roles.test_auditor.checks]\nunprooven = "block"\n')
    assert "roles.test_auditor.checks.unprooven: unknown key; did you mean 'unproven'?" in told
