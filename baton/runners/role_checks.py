"""``[roles.<role>.checks]``: what Baton executes itself for a role that somebody else plays."""

from pydantic import ValidationError

from baton.domain.vocabulary import Role
from baton.runners.base import CannotPlay
from baton.runners.checked import OPINIONS
from baton.runners.profile_errors import Problem, problems_in
from baton.runners.profile_file import RoleSection
from baton.runners.registry import Registry, UnknownRunner
from baton.runners.strict import validated
from baton.runners.toolchain.checks import Checks, checks_model

_ITSELF = "toolchain"


def role_checks(role: Role, section: RoleSection, registry: Registry) -> Checks | list[Problem] | None:
    """The checks of a role, None where there are none, or what is wrong with the table.

    Runners whose word alone is no evidence have them without being asked for.
    """
    at = ("roles", role.value, "checks")
    if section.checks is None and section.runner not in OPINIONS:
        return None
    try:
        model = checks_model(role)
    except CannotPlay as error:
        return None if section.checks is None else [Problem(at, str(error))]
    if section.checks is not None and (section.runner == _ITSELF or _is_manual(section, registry)):
        return [Problem(at, f"the runner {section.runner!r} is not checked: its options stand in the role's own table")]
    try:
        return validated(model, section.checks or {})
    except ValidationError as error:
        return problems_in(error, model, at)


def _is_manual(section: RoleSection, registry: Registry) -> bool:
    try:
        return registry.find(section.runner).manual
    except UnknownRunner:
        return False  # told elsewhere
