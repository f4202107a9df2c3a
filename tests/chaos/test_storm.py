"""A few hundred random commands; ``make storm`` sends a hundred thousand."""

from baton.runtime.embedded import EmbeddedTemporal
from gateway.web_ui import WANTED_SEARCH_ATTRIBUTES
from tests.chaos.storm import storm


async def test_no_command_good_or_bad_stops_a_build() -> None:
    async with EmbeddedTemporal(ui=False, search_attributes=WANTED_SEARCH_ATTRIBUTES) as server:
        raged = await storm(await server.connect(), seed=1, count=400, at_once=4)
    assert raged.findings == []
    assert raged.answers["carried out"] > 15
    assert raged.answers["malformed"] > 50
    assert raged.answers["signal taken"] > 50
