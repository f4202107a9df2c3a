"""Verification as the scheduled check has it: the same comparing, told in a message of bounded size."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from temporalio.client import Client

from activities.check_mirror import Progress, Verify
from baton.contracts.messages import CheckMirror, MirrorChecked
from gateway.mirroring.scope import Scope
from gateway.mirroring.verifying import Verification, verify

_MOST_NAMED = 50
_MOST_SAID = 5


def verifier(client: Client, engine: Engine) -> Verify:
    """What compares the builds of this Temporal with this database."""

    async def compare(order: CheckMirror, progress: Progress) -> MirrorChecked:
        since = None if order.days is None else datetime.now(UTC) - timedelta(days=order.days)
        scope = Scope(projects=order.projects, since=since)
        return told(await verify(client, engine, scope, done=progress))

    return compare


def told(verification: Verification) -> MirrorChecked:
    """What came of a verification, without the differences: these are asked for when somebody looks."""
    names = [check.build_id for check in verification.builds]
    return MirrorChecked(
        checked=verification.checked,
        matching=verification.matching,
        behind=verification.behind,
        drifted=verification.drifted,
        unverifiable=verification.unverifiable,
        unreadable=verification.unreadable,
        differences=verification.differences,
        builds=tuple(names[:_MOST_NAMED]),
        message=_sentence(verification, names),
    )


def _sentence(verification: Verification, names: list[str]) -> str:
    """What was found and what to do."""
    checked = f"{verification.checked} build{'' if verification.checked == 1 else 's'}"
    if verification.holds:
        return f"SQL says the same as Temporal's histories, as far as Temporal has them: {checked} compared."
    found = []
    if verification.drifted:
        found.append(f"SQL does not say what Temporal's histories say of {verification.drifted} of {checked}")
    if verification.unreadable:
        found.append(f"{verification.unreadable} of {checked} have a history that cannot be read")
    shown = ", ".join(names[:_MOST_SAID]) + (", …" if len(names) > _MOST_SAID else "")
    return f"{'; '.join(found)}: {shown}. See: python starter.py mirror verify --all"
