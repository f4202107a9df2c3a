"""Which version of which deployment a worker is."""

from pathlib import Path

from temporalio.common import VersioningBehavior

from baton.runtime.settings import Settings
from gateway.embedded.stack import Stack
from gateway.version import version
from gateway.worker.versioning import deployed_version, deployment_config

PINNED = VersioningBehavior.PINNED


def test_a_worker_belongs_to_no_deployment_unless_it_is_told() -> None:
    settings = Settings.from_environment({"BATON_DEPLOYMENT_VERSION": "2.0"})
    assert deployed_version(settings) is None
    assert deployment_config(settings, PINNED) is None


def test_its_version_is_the_one_that_it_is_told_or_that_of_baton() -> None:
    told = deployed_version(Settings.from_environment({"BATON_DEPLOYMENT": "eu", "BATON_DEPLOYMENT_VERSION": "2.0"}))
    assert told is not None
    assert (told.deployment_name, told.build_id) == ("eu", "2.0")
    untold = deployed_version(Settings.from_environment({"BATON_DEPLOYMENT": "eu"}))
    assert untold is not None
    assert untold.build_id == version()


def test_work_is_versioned_and_its_behaviour_is_the_workers() -> None:
    config = deployment_config(Settings.from_environment({"BATON_DEPLOYMENT": "eu"}), PINNED)
    assert config is not None
    assert (config.use_worker_versioning, config.default_versioning_behavior) == (True, PINNED)


def test_the_one_worker_of_a_stack_belongs_to_none_whatever_the_environment_says(tmp_path: Path) -> None:
    environ = {"BATON_DEPLOYMENT": "eu", "BATON_DEPLOYMENT_VERSION": "2.0", "PATH": "/bin"}
    stack = Stack(Settings.from_environment(environ, home=tmp_path), environ)
    seen = stack._environment()
    assert "PATH" in seen
    assert not {"BATON_DEPLOYMENT", "BATON_DEPLOYMENT_VERSION"} & set(seen)
