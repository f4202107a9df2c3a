"""A short round of ``make chaos``: what is lost, doubled or false is found here; how long things take is not judged."""

import pytest

from baton.domain.vocabulary import Phase
from tests.chaos.figures import figures
from tests.chaos.harms import LONE_SECONDS, POSTGRESQL_ONLY, SQLITE_ONLY, Harm, Stroke, schedule
from tests.chaos.round import Plan, play
from tests.chaos.tales import tale


async def test_nothing_is_lost_or_told_wrong_when_all_is_broken_in_turns(
    environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    plan = Plan(seed=4, seconds=22, builds=9, in_flight=6, gateway=False, rest_seconds=150, timed=False)
    outcome = await play(plan, environ, print)
    told = "\n".join(figures(outcome))
    with capsys.disabled():
        print(f"\n{told}")
    assert outcome.findings.found == [], told
    assert outcome.wrecker is not None
    assert outcome.wrecker.deaths, "no worker was killed"
    assert {one.harm for one in outcome.wrecker.outages} - {Harm.WORKER_KILLED}, "nothing else was broken"
    assert outcome.builds == outcome.ended + outcome.parked > 0


@pytest.mark.parametrize("leaves_out", [SQLITE_ONLY, POSTGRESQL_ONLY])
def test_a_seed_gives_the_same_harm_again_and_every_harm_comes_within_three_minutes(leaves_out: set[Harm]) -> None:
    harms = frozenset(Harm) - leaves_out
    strokes = schedule(1, 180, harms)
    assert strokes == schedule(1, 180, harms)
    assert strokes != schedule(2, 180, harms)
    assert {stroke.harm for stroke in strokes} == harms
    assert {stroke.phase for stroke in strokes if stroke.lone} == set(Phase)
    assert all(stroke.at + stroke.seconds <= 180 for stroke in strokes)
    assert all(_quiet_after(stroke, strokes) for stroke in strokes if stroke.lone)


def test_a_seed_gives_the_same_tales_again() -> None:
    tales = [tale(1, number) for number in range(200)]
    assert tales == [tale(1, number) for number in range(200)]
    assert {one.profile for one in tales} == {"played", "approved", "by-hand", "paper", "long"}
    assert {deed.act for one in tales for deed in one.deeds} == {"rollback", "cancel", "abandon", "pause", "retry"}
    assert sum(one.stays_parked for one in tales) > 5


def _quiet_after(death: Stroke, strokes: list[Stroke]) -> bool:
    return not any(
        one is not death and one.at < death.at + LONE_SECONDS and one.at + one.seconds > death.at for one in strokes
    )
