"""Two commits, as texts, and what the second is checked less by."""

from collections.abc import Mapping
from textwrap import dedent

from baton.workshop.dilution.compare import diluted
from baton.workshop.dilution.files import Files
from baton.workshop.dilution.item import Diluted


def files(texts: Mapping[str, str]) -> Files:
    """A commit with these texts, as it is read where all of them differ."""
    return Files(tuple(sorted(texts)), {path: dedent(text) for path, text in texts.items()})


def between(before: Mapping[str, str], after: Mapping[str, str]) -> list[Diluted]:
    """All items."""
    return diluted(files(before), files(after))


def told(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """All items in one line each: `rule path::name`, with a question mark for what is only to be told."""
    return [
        f"{item.rule.value} {item.path}::{item.name}{'' if item.holds else ' ?'}" for item in between(before, after)
    ]
