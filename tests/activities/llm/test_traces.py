"""A model at work, as spans: who was asked, how much it used, which tools it used, and not a word of it."""

from collections.abc import Iterator

import pytest

from baton.runtime.tracing.spans import current_ids, span
from tests.activities.llm.conftest import DONE, KEY, Stage, an_implementation
from tests.collector import Collector, traced
from tests.modelserver import Call

CANARY = "canary-of-a-conversation"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with traced() as listening:
        yield listening


async def test_requests_and_tools_are_spans_below_the_phase(stage: Stage, collector: Collector) -> None:
    stage.plays("code_writer", Call("write_file", {"path": "a.txt", "text": CANARY}), Call(CANARY, {}), DONE, key=KEY)
    with span("a phase"):
        ids = current_ids()
        await stage.perform(an_implementation())
    assert ids is not None
    collector.until(lambda one: one.name == "a phase" and one.trace_id == ids[0])
    found = collector.spans(lambda one: one.trace_id == ids[0])
    names = [one.name for one in found]
    assert names.count("chat claude-sonnet-5-5") == 3
    assert "invoke_agent code_writer" in names
    assert "execute_tool write_file" in names
    (agent,) = [one for one in found if one.name.startswith("invoke_agent")]
    assert agent.parent_id == ids[1]
    asked = [one for one in found if one.name.startswith("chat ")]
    assert {one.parent_id for one in asked} == {agent.span_id}
    assert all(one.attributes["gen_ai.usage.input_tokens"] > 0 for one in asked)
    sent = b"".join(collector.raw)
    assert CANARY.encode() not in sent
    assert KEY.encode() not in sent
