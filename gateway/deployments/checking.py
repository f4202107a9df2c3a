"""Whether the versions of a deployment are served, for the doctor."""

from temporalio.client import Client
from temporalio.service import RPCError

from baton.runtime.diagnosis import reason_of
from gateway.deployments.advice import found_of, stands_still
from gateway.deployments.versions import Deployment, DeploymentUnknown, Version, deployment
from gateway.doctor import Check, Health

_SHOW = "python starter.py deployment show"


async def check_deployment(client: Client, name: str) -> list[Check]:
    """One check of the deployment ``name``, and one of each version that matters."""
    try:
        found = await deployment(client, name)
    except DeploymentUnknown as error:
        said, _, advice = error.message.partition(". ")
        return [Check(f"deployment {name}", Health.WARNING, said, advice)]
    except RPCError as error:
        return [Check(f"deployment {name}", Health.WARNING, f"cannot be seen: {reason_of(error)}")]
    return [_promoted(found), *(_version(version) for version in found.versions if version.builds or _takes(version))]


def _promoted(found: Deployment) -> Check:
    name = f"deployment {found.name}"
    if found.current is None:
        return Check(name, Health.WARNING, "no version takes new builds", f"promote one: {_SHOW}")
    return Check(name, Health.OK, f"{found.current.name} takes new builds")


def _version(version: Version) -> Check:
    standing, served = found_of(version)
    builds = f"{version.builds} build{'' if version.builds == 1 else 's'}"
    health = Health.WARNING if stands_still(version) else Health.OK
    return Check(
        f"version {version.name}", health, f"{standing}, {builds}, {served}", _SHOW if stands_still(version) else ""
    )


def _takes(version: Version) -> bool:
    return version.standing in ("current", "ramping")
