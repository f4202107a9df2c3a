"""Which version of which deployment a worker is, as Temporal is told."""

from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import WorkerDeploymentConfig

from baton.runtime.settings import Settings
from gateway.version import version


def deployed_version(settings: Settings) -> WorkerDeploymentVersion | None:
    """The version that a worker with ``settings`` is; ``None`` for one whose work is not versioned."""
    if settings.deployment is None:
        return None
    return WorkerDeploymentVersion(settings.deployment, settings.deployment_version or version())


def deployment_config(
    settings: Settings, behavior: VersioningBehavior = VersioningBehavior.UNSPECIFIED
) -> WorkerDeploymentConfig | None:
    """For ``Worker(deployment_config=...)``; ``behavior`` is that of the workflows that the worker carries."""
    deployed = deployed_version(settings)
    if deployed is None:
        return None
    return WorkerDeploymentConfig(version=deployed, use_worker_versioning=True, default_versioning_behavior=behavior)
