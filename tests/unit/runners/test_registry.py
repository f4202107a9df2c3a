from importlib.metadata import EntryPoint

import pytest

from baton.runners.manual import ManualRunner
from baton.runners.registry import GROUP, Registry, UnknownRunner
from tests.installed import declared_runners


def test_every_declared_runner_can_be_loaded() -> None:
    registry = declared_runners()
    assert registry.names() == ["agent", "command", "llm", "manual", "toolchain"]
    assert [name for name in registry.names() if registry.find(name).manual] == ["manual"]
    assert registry.find("manual") is ManualRunner


def test_an_unknown_runner_names_what_is_installed() -> None:
    with pytest.raises(
        UnknownRunner, match=r"did you mean 'manual'\? \(installed: agent, command, llm, manual, toolchain\)"
    ):
        declared_runners().find("manuel")


def test_without_any_runner_the_message_says_how_to_install() -> None:
    with pytest.raises(UnknownRunner, match="is Baton itself installed"):
        Registry([]).find("manual")


def test_a_name_that_two_packages_offer_is_refused() -> None:
    points = [EntryPoint("mine", "a:A", GROUP), EntryPoint("mine", "b:B", GROUP)]
    with pytest.raises(UnknownRunner, match="two packages offer a runner 'mine': a:A, b:B"):
        Registry(points).find("mine")


def test_the_same_runner_seen_twice_is_one() -> None:
    point = EntryPoint("manual", "baton.runners.manual:ManualRunner", GROUP)
    assert Registry([point, point]).find("manual") is ManualRunner


@pytest.mark.parametrize("value", ["no_such_package:Runner", "baton.runners.manual:Missing"])
def test_a_runner_that_cannot_be_loaded_is_told(value: str) -> None:
    with pytest.raises(UnknownRunner, match=r"'broken'.*cannot be loaded"):
        Registry([EntryPoint("broken", value, GROUP)]).find("broken")


def test_installed_runners_are_looked_up_in_the_entry_points() -> None:
    assert isinstance(Registry.installed().names(), list)
