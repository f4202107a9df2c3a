"""Moments."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Dialect
from sqlalchemy.dialects import postgresql, sqlite

from baton.store.columns import UtcDateTime

ELSEWHERE = datetime(2026, 3, 1, 14, 30, 0, 7, tzinfo=timezone(timedelta(hours=2)))
DIALECTS: list[Dialect] = [dialect() for dialect in (sqlite.dialect, postgresql.dialect)]


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_moment_comes_back_in_utc_to_the_microsecond(dialect: Dialect) -> None:
    column = UtcDateTime()

    back = column.process_result_value(column.process_bind_param(ELSEWHERE, dialect), dialect)

    assert back == ELSEWHERE
    assert back.tzinfo is UTC


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_a_time_without_a_zone_is_refused(dialect: Dialect) -> None:
    with pytest.raises(ValueError, match="has no zone"):
        UtcDateTime().process_bind_param(ELSEWHERE.replace(tzinfo=None), dialect)
