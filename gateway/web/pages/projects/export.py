"""A chart's numbers as a CSV file that spreadsheets open without being told what to do."""

import csv
import io

from gateway.web.pages.projects.charts import Cell, Chart

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(chart: Chart) -> str:
    """The rows of ``chart`` with the names of its columns."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(column.name for column in chart.columns)
    writer.writerows([_cell(value) for value in row] for row in chart.rows)
    return written.getvalue()


def _cell(value: Cell) -> Cell:
    """A text that a spreadsheet would take for a formula is marked as text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
