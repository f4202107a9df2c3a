import pytest

from baton.contracts.activities import load_profile, mirror_journal, perform_phase
from baton.contracts.messages import ProfileRequest


def test_a_stub_carries_the_name_that_the_real_activity_registers_under() -> None:
    stubs = (load_profile, perform_phase, mirror_journal)
    names = [getattr(stub, "__temporal_activity_definition").name for stub in stubs]
    assert names == ["load_profile", "perform_phase", "mirror_journal"]


async def test_a_stub_does_nothing_by_itself() -> None:
    with pytest.raises(NotImplementedError):
        await load_profile(ProfileRequest(name="local"))
