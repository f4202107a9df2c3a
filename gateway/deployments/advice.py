"""What the versions of a deployment mean, and what to do about them."""

from gateway.deployments.versions import Deployment, Standing, Version


def found_of(version: Version) -> tuple[str, str]:
    """Where a version stands, and how it is served."""
    standing = f"{version.standing} {version.percent:g} %" if version.standing is Standing.RAMPING else version.standing
    if not version.unserved:
        return standing, "served"
    return standing, f"no worker on {', '.join(version.unserved)}"


def stands_still(version: Version) -> bool:
    """Whether work waits for workers of this version that are not there."""
    return bool(version.unserved) and (version.builds > 0 or version.standing in (Standing.CURRENT, Standing.RAMPING))


def advice_on(deployment: Deployment) -> list[str]:
    """What to do next, one line each; empty when nothing is."""
    said = []
    if deployment.current is None:
        newest = deployment.versions[0].name if deployment.versions else "VERSION"
        said.append(
            "No version takes new builds: they wait for workers without a deployment. "
            f"python starter.py deployment promote {newest}"
        )
    for version in deployment.versions:
        if stands_still(version):
            said.append(
                f"What {version.name} has stands still: start its workers, "
                f"BATON_DEPLOYMENT={deployment.name} BATON_DEPLOYMENT_VERSION={version.name} python worker.py --all"
            )
        if version.standing is Standing.DRAINING and version.builds:
            said.append(
                f"{version.builds} of the builds that run end on {version.name}. "
                "Those that wait for somebody can move: python starter.py deployment move"
            )
        if version.standing is Standing.DRAINED and not version.builds and not version.unserved:
            said.append(f"Nothing runs on {version.name} any more: its workers may be stopped")
    return said
