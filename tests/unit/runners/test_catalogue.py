from pathlib import Path

import pytest

from baton.domain.vocabulary import Role
from baton.runners.catalogue import Profiles
from baton.runners.profile_errors import UnknownProfile
from tests.installed import declared_runners


def test_the_shipped_profiles_are_there_and_right() -> None:
    profiles = Profiles(None, declared_runners())
    assert profiles.names() == ["demo", "local", "manual", "model"]
    for name in profiles.names():
        profile = profiles.load(name)
        assert profile.terms().profile == name
        assert profile.description


def test_in_manual_every_role_is_manual_and_in_local_none_is() -> None:
    profiles = Profiles(None, declared_runners())
    assert all(terms.manual for terms in profiles.load("manual").terms().roles.values())
    assert not any(terms.manual for terms in profiles.load("local").terms().roles.values())


def test_the_users_folder_goes_before_the_shipped_profiles(tmp_path: Path) -> None:
    own = "".join(f'[roles.{role.value}]\nrunner = "manual"\n' for role in Role)
    (tmp_path / "local.toml").write_text(own)
    (tmp_path / "strict.toml").write_text(own)
    (tmp_path / "notes.txt").write_text("no profile")
    profiles = Profiles(tmp_path, declared_runners())
    assert profiles.names() == ["demo", "local", "manual", "model", "strict"]
    assert profiles.load("local").terms().role(Role.CODE_WRITER).manual


def test_an_unknown_profile_names_those_there_are() -> None:
    with pytest.raises(UnknownProfile) as error:
        Profiles(None, declared_runners()).load("lokal")
    allowed = "(allowed: demo, local, manual, model)"
    assert str(error.value) == f"there is no profile 'lokal'; did you mean 'local'? {allowed}"


@pytest.mark.parametrize(
    "name", ["../local", "/etc/passwd", "a/b", "", ".", "..", "local.toml", "x" * 300, "🦉", "a\0b"]
)
def test_a_name_that_is_a_path_or_worse_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "local.toml").write_text("outside")
    (tmp_path / "inside").mkdir()
    with pytest.raises(UnknownProfile, match="there is no profile"):
        Profiles(tmp_path / "inside", declared_runners()).load(name)


def test_a_folder_that_does_not_exist_leaves_the_shipped_ones(tmp_path: Path) -> None:
    assert "demo" in Profiles(tmp_path / "nowhere", declared_runners()).names()
