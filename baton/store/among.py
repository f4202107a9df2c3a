"""That a value is one of some."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, false


def among(column: SQLColumnExpression[Any], values: Collection[str]) -> ColumnElement[bool]:
    """That ``column`` is one of ``values``, said so that a database sees at once what it means.

    A list without members would be looked for in all rows, and one with a single member leads past the order of an
    index.
    """
    if not values:
        return false()
    first, *others = sorted(values)
    return column.in_([first, *others]) if others else column == first
