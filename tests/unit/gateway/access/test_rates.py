import pytest

from gateway.access.rates import Rates


async def test_everybody_has_a_minute_of_their_own() -> None:
    rates = Rates(3, 20)
    counted = [await rates.count_request("grace") for _ in range(4)]
    assert [rate.within for rate in counted] == [True, True, True, False]
    assert [rate.left for rate in counted] == [2, 1, 0, 0]
    assert counted[3].most == 3
    assert 1 <= counted[3].seconds <= 60
    assert (await rates.count_request("ada")).within


async def test_who_tries_too_many_tokens_has_to_wait() -> None:
    rates = Rates(1000, 5)
    for _ in range(5):
        assert (await rates.guesses("10.0.0.1")).within
        await rates.count_guess("10.0.0.1")
    assert not (await rates.guesses("10.0.0.1")).within
    assert (await rates.guesses("10.0.0.2")).within


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.2", False),
        ("unknown", "unknown", True),
    ],
)
async def test_an_address_stands_for_its_network(one: str, other: str, same: bool) -> None:
    rates = Rates(1000, 5)
    for _ in range(5):
        await rates.count_guess(one)
    assert (await rates.guesses(other)).within is not same
