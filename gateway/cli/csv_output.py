"""Rows as CSV, for spreadsheets and programs."""

import csv
import dataclasses
import io
from collections.abc import Sequence
from datetime import date
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(kind: type[Any], rows: Sequence[Any]) -> str:
    """``rows`` of the dataclass ``kind`` with a heading line; an empty cell is what cannot be said.

    Lines end with CRLF (RFC 4180). A text that a spreadsheet would take for a formula gets an apostrophe before it:
    titles and names come from whoever asks for builds.
    """
    names = [field.name for field in dataclasses.fields(kind)]
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(names)
    writer.writerows([_cell(getattr(row, name)) for name in names] for row in rows)
    return written.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, date):  # and times, which are dates too
        return value.isoformat()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        text = str(value)
        return f"'{text}" if text.startswith(_FORMULA) else text
    return value
