"""Any JSON that a request may carry comes back from both databases with the hash that it went in with."""

import itertools
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from baton.domain.journal import verify
from baton.store.compare import differences
from baton.store.mirror import Mirror
from baton.store.reading import get_build, journal
from tests.journals import Story, request

NUMBERS = itertools.count()
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**299), 10**299)
    | st.floats(-1e299, 1e299, allow_nan=False)
    | st.text(max_size=20)
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(metadata=st.dictionaries(st.text(max_size=8), JSON, max_size=5), microsecond=st.integers(0, 999_999))
def test_a_journal_survives_whatever_it_holds(engine: Engine, metadata: dict[str, Any], microsecond: int) -> None:
    wanted = request(f"b-{next(NUMBERS)}", metadata=metadata)
    story = Story.begin(wanted, at=Story.begin().at.replace(microsecond=microsecond)).step()

    Mirror(engine).write(story.batch())

    stored = journal(engine, wanted.build_id)
    assert verify(stored) == story.build.view.head
    assert stored == story.entries
    assert differences(engine, story.entries) == []
    build = get_build(engine, wanted.build_id)
    assert build is not None
    assert build.metadata == wanted.metadata
