import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.load_profile import LoadProfile
from baton.contracts import activities as contracts
from baton.contracts.messages import ProfileRequest
from baton.domain.terms import Terms
from baton.domain.vocabulary import Role
from baton.runners.catalogue import Profiles
from tests.activities.conftest import Bench
from tests.installed import declared_runners


async def _load(bench: Bench, name: str) -> Terms:
    activity = LoadProfile(Profiles(bench.folder / "profiles", declared_runners()))
    return await ActivityEnvironment().run(activity.load_profile, ProfileRequest(name=name))


async def test_the_terms_of_a_profile_are_returned(bench: Bench) -> None:
    bench.profile(rest="[gates]\nminimum_coverage = 55\n")
    terms = await _load(bench, "local")
    assert (terms.profile, terms.minimum_coverage) == ("local", 55)


async def test_the_roles_that_this_worker_plays_are_beside(bench: Bench) -> None:
    bench.profile()
    activity = LoadProfile(Profiles(bench.folder / "profiles", declared_runners()), [Role.TEST_AUDITOR])

    terms = await ActivityEnvironment().run(activity.load_profile, ProfileRequest(name="local"))

    assert [role for role, played in terms.roles.items() if played.beside] == [Role.TEST_AUDITOR]


@pytest.mark.parametrize(
    ("name", "code"), [("nowhere", "unknown_profile"), ("../local", "unknown_profile"), ("local", "invalid_profile")]
)
async def test_a_profile_that_cannot_be_had_fails_for_good(bench: Bench, name: str, code: str) -> None:
    bench.profile(rest="[gatse]\n")
    with pytest.raises(ApplicationError) as error:
        await _load(bench, name)
    assert (error.value.type, error.value.non_retryable) == (code, True)


def test_the_activities_are_registered_under_the_names_of_their_contracts(bench: Bench) -> None:
    names = {
        "load_profile": LoadProfile.load_profile,
        "perform_phase": bench.perform_phase.perform_phase,
    }
    for name, implementation in names.items():
        definition = getattr(implementation, "__temporal_activity_definition")
        assert definition.name == getattr(getattr(contracts, name), "__temporal_activity_definition").name == name
