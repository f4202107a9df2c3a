"""What is secret in an address is not where others can see it."""

import pytest

from baton.workshop.addresses import address_of, check_address, check_ref, check_remote, holds_password


def test_user_and_password_travel_in_the_environment_for_this_host_alone() -> None:
    address = address_of("https://ann:p%40ss@git.example:8443/team/x.git")
    assert address.url == address.shown == "https://git.example:8443/team/x.git"
    assert address.environment["GIT_CONFIG_KEY_0"] == "credential.https://git.example:8443.helper"
    assert (address.environment["BATON_GIT_USERNAME"], address.environment["BATON_GIT_PASSWORD"]) == ("ann", "p@ss")
    assert "p@ss" not in repr(address)


@pytest.mark.parametrize("given", ["ssh://git@git.example/x.git", "git@git.example:x.git", "https://git.example/x"])
def test_an_address_without_a_password_stays_as_it_is(given: str) -> None:
    address = address_of(given)
    assert (address.url, address.environment) == (given, {})
    assert not holds_password(given)


@pytest.mark.parametrize("given", ["https://ann:pw@h/x", "https://token@h/x", "HTTP://a:b@h"])
def test_a_password_or_a_token_is_noticed(given: str) -> None:
    assert holds_password(given)


@pytest.mark.parametrize(
    "given",
    [
        "https://ann:hunter2/slash@h/x",
        "https://ann:hunter2@h:port/x",
        "ssh://ann:hunter2@h/x",
        "ftp://ann:hunter2@h/x",
        "https://ann:hunter2@[h/x",
        "https://ann:hunter2%0aprotocol=x@h/x",
    ],
)
def test_what_is_no_address_is_refused_without_its_password(given: str) -> None:
    with pytest.raises(ValueError, match="repository") as refused:
        check_address(given)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("given", ["/srv/x.git", "file:///srv/x.git", "git@h:x.git", "https://h/x"])
def test_a_remote_is_an_address_that_means_the_same_everywhere(given: str) -> None:
    check_remote(given)
    with pytest.raises(ValueError, match="absolute path"):
        check_remote("x.git")


@pytest.mark.parametrize("ref", ["main", "release/1.2", "v1.0", "a" * 40])
def test_branches_tags_and_commits_are_refs(ref: str) -> None:
    check_ref(ref)


@pytest.mark.parametrize("ref", ["-x", "a..b", "HEAD@{1}", "", "a b", "--upload-pack=x"])
def test_what_git_would_read_otherwise_is_no_ref(ref: str) -> None:
    with pytest.raises(ValueError, match="is not the name of a branch or tag"):
        check_ref(ref)
