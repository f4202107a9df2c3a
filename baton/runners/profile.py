"""One profile: how each role is played, what the gates ask for, and how far a build may go."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from pydantic import BaseModel, ValidationError

from baton.domain.attempts import Player
from baton.domain.moves import OWNERS, PHASES
from baton.domain.terms import CURRENT_RULES, ApprovalTerms, Limits, PhaseLimits, RoleTerms, Terms
from baton.domain.vocabulary import Phase, Role
from baton.runners.base import CannotPlay, Runner, RunnerContext, Surroundings
from baton.runners.checked import CheckedRunner
from baton.runners.failures import RunnerMisconfigured
from baton.runners.profile_errors import Problem, invalid, meant, problems_in
from baton.runners.profile_file import ProfileFile, RoleSection
from baton.runners.registry import Registry, UnknownRunner
from baton.runners.role_checks import role_checks
from baton.runners.strict import validated
from baton.runners.toolchain.checks import Checks, ToolchainChecks
from baton.workshop.addresses import check_remote

_MARGIN = timedelta(seconds=5)
_OWN = frozenset(RoleSection.model_fields)


@dataclass(frozen=True)
class Profile:
    """A profile that was read and found right."""

    name: str
    source: str
    digest: str
    file: ProfileFile
    options: Mapping[Role, BaseModel]
    registry: Registry
    checks: Mapping[Role, Checks]

    @property
    def description(self) -> str:
        """What it is for, in the words of its author."""
        return self.file.profile.description

    @property
    def ref(self) -> str | None:
        """Where in a repository a build begins; ``None`` for its default branch."""
        return self.file.workspace.ref

    def remote(self, environment: Mapping[str, str]) -> str | None:
        """The address of the repository by which machines hand builds to each other; ``None`` where there is none.

        Raises RunnerMisconfigured when it is to be in a variable, and is not.
        """
        section = self.file.workspace
        if section.remote_from is None:
            return section.remote
        address = environment.get(section.remote_from, "").strip()
        try:
            if not address:
                raise ValueError("it is not set where the worker runs")
            check_remote(address)
        except ValueError as error:
            raise RunnerMisconfigured(
                f"the profile {self.name!r} takes the address of the shared repository from the variable "
                f"{section.remote_from!r}: {error}. Set it to an address, start the worker again, then retry"
            ) from error
        return address

    def player(self, role: Role) -> Player:
        """Who plays ``role``, as far as the profile says it."""
        return Player(runner=self.file.roles[role].runner)

    def terms(self) -> Terms:
        """The part that the domain decides by, and that is journaled."""
        file = self.file
        return Terms(
            profile=self.name,
            digest=self.digest,
            roles={role: self._role_terms(role) for role in file.roles},
            rules=CURRENT_RULES,
            dilution=file.gates.dilution,
            waivers=self._waivers(),
            minimum_coverage=file.gates.minimum_coverage,
            approvals={state: ApprovalTerms(**section.model_dump()) for state, section in file.gates.approvals.items()},
            answer_deadline=file.questions.deadline,
            on_unanswered=file.questions.on_deadline,
            limits=Limits(**file.limits.model_dump()),
            history_events=file.history.continue_as_new_after,
        )

    def runner(self, role: Role, surroundings: Surroundings) -> Runner:
        """The runner that plays ``role``. Raises RunnerMisconfigured when it does not fit this worker."""
        section = self.file.roles[role]
        timeout = self._role_terms(role).timeout
        # A little less than Temporal allows, so that the runner can still say that its time was up.
        wall = max(timeout - _MARGIN, timeout * 0.8).total_seconds()
        context = RunnerContext(
            role=role,
            timeout=timeout,
            policy=self.file.sandbox.policy,
            limits=self.file.sandbox.limits(wall),
            surroundings=surroundings,
        )
        runner = self.registry.find(section.runner).from_options(self.options[role], context)
        checks = self.checks.get(role)
        return runner if checks is None else CheckedRunner(runner, ToolchainChecks(checks, context))

    def _role_terms(self, role: Role) -> RoleTerms:
        section, options = self.file.roles[role], self.options[role]
        plain = _OWN - {"limits", "checks", "quick"}
        given = {name: value for name in plain if (value := getattr(section, name)) is not None}
        phases = [phase for phase in PHASES if OWNERS[phase.state] is role]
        # Options of runners from elsewhere need not be RunnerOptions.
        compensates = getattr(options, "compensates", lambda phase: False)
        return RoleTerms(
            manual=self.registry.find(section.runner).manual,
            limits=PhaseLimits(**section.limits.model_dump()) if section.limits is not None else PhaseLimits(),
            compensates=tuple(filter(compensates, phases)),
            quick=tuple(phase for phase in phases if self._is_quick(role, phase)),
            **given,
        )

    def _is_quick(self, role: Role, phase: Phase) -> bool:
        """As the profile says; else as the runner does, unless checks come on top of it."""
        if (said := self.file.roles[role].quick) is not None:
            return said
        runner_says = getattr(self.options[role], "quick", lambda phase: False)
        return role not in self.checks and bool(runner_says(phase))

    def _waivers(self) -> tuple[str, ...]:
        """Who may waive findings: who the profile says, else whoever approves anything in it."""
        gates = self.file.gates
        if gates.waivers is not None:
            return gates.waivers
        return tuple(sorted({name for section in gates.approvals.values() for name in section.approvers}))


def read_profile(name: str, source: str, raw: bytes, registry: Registry) -> Profile:
    """Read a profile. ``source`` is what errors call the file. Raises InvalidProfile."""
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise invalid(source, "", [Problem((), f"is not UTF-8 text (line {line})")]) from error
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise invalid(source, "", [Problem((), f"is not TOML: {error}")]) from error
    try:
        file = validated(ProfileFile, data)
    except ValidationError as error:
        raise invalid(source, text, problems_in(error, ProfileFile)) from error
    options: dict[Role, BaseModel] = {}
    checks: dict[Role, Checks] = {}
    problems: list[Problem] = []
    for role in Role:
        if role not in file.roles:
            problems.append(Problem(("roles", role.value), "is missing: a profile says how each role is played"))
            continue
        read = _role_options(role, file.roles[role], registry)
        if isinstance(read, list):
            problems += read
        else:
            options[role] = read
        checked = role_checks(role, file.roles[role], registry)
        if isinstance(checked, list):
            problems += checked
        elif checked is not None:
            checks[role] = checked
    if problems:
        raise invalid(source, text, problems)
    return Profile(name, source, hashlib.sha256(raw).hexdigest(), file, options, registry, checks)


def _role_options(role: Role, section: RoleSection, registry: Registry) -> BaseModel | list[Problem]:
    at = ("roles", role.value)
    try:
        model = registry.find(section.runner).options(role)
    except (UnknownRunner, CannotPlay) as error:
        return [Problem((*at, "runner"), str(error))]
    try:
        return validated(model, section.model_extra or {})
    except ValidationError as error:
        return [_with_own_keys(problem, at, model) for problem in problems_in(error, model, at)]


def _with_own_keys(problem: Problem, at: tuple[str, ...], model: type[BaseModel]) -> Problem:
    """A key that is unknown in a role's own table may also be a misspelt ``timeout`` or the like."""
    if not problem.message.startswith("unknown key") or problem.path[:-1] != at:
        return problem
    return Problem(problem.path, "unknown key" + meant(str(problem.path[-1]), sorted({*_OWN, *model.model_fields})))
