"""The judge of memory: what every life gathers is a leak, what moves from one worker to another is not."""

from tests.chaos.findings import Findings
from tests.chaos.memory import MIB, Life, Memory
from tests.chaos.scene import Scene


def life(name: str, start: float, a_minute: float, seconds: int = 240) -> Life:
    """One that begins with ``start`` MiB and grows by ``a_minute``."""
    sizes = [(float(at), int((start + a_minute * at / 60) * MIB)) for at in range(seconds + 1)]
    return Life(name.split()[0], name, sizes)


def judged(*lives: Life) -> list[str]:
    findings = Findings()
    Memory(Scene.__new__(Scene), dict(enumerate(lives))).judge(findings)
    return [what for _, what in findings.found]


def test_growth_that_all_lives_share_is_found() -> None:
    assert judged(life("worker 0", 100, 13), life("worker 1", 100, 14)) == [
        "worker grew by 13.5 MiB a minute, more than 12"
    ]
    assert judged(life("worker 0", 100, 13), life("gateway", 100, 0)) != []


def test_growth_that_is_anothers_loss_is_none() -> None:
    assert judged(life("worker 0", 100, 31, 126), life("worker 1", 190, -7, 277)) == []


def test_a_life_that_is_too_short_says_nothing_and_one_that_holds_much_does() -> None:
    assert judged(life("worker 0", 100, 60, 100)) == []
    assert judged(life("gateway", 290, 4)) == ["gateway held 306 MiB, more than 300"]
