"""Percentiles by nearest rank, said in SQL that every database answers alike."""

from typing import Any

from sqlalchemy import ColumnElement, Label, case, func


def placed(value: ColumnElement[Any], *group: ColumnElement[Any]) -> tuple[Label[Any], Label[Any]]:
    """The columns ``place`` and ``places``: a row's rank by ``value`` in its ``group``, and how many rows that has."""
    place = func.row_number().over(partition_by=group or None, order_by=value)
    return place.label("place"), func.count().over(partition_by=group or None).label("places")


def percentile(percent: int, value: ColumnElement[Any], rows: Any, where: ColumnElement[bool]) -> ColumnElement[Any]:
    """The percentile of ``value`` over the ``rows`` of :func:`placed` that ``where`` takes: whole groups of them."""
    return func.min(case((where & (rows.c.place * 100 >= rows.c.places * percent), value)))


def tally(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    """How many rows meet ``condition``; none of none is 0."""
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def percent(part: int, whole: int) -> float | None:
    """``part`` of ``whole`` in percent; ``None`` of nothing."""
    return 100.0 * part / whole if whole else None
