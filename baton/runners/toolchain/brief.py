"""A request, understood: what is to be built, and how it will be known that it is done."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from baton.domain.model import Value
from baton.runners.failures import RequestUnusable
from baton.runners.toolchain.markdown import Part, listed, part_named, read_sections

# An ID ends with brackets, emphasis, and one of ": . )" or a dash that stands alone. All else is the criterion's.
_OWN_ID = re.compile(
    r"\W*(AC[-_ ]?(\d+))\b[\])*_]*\s*(?:[:.)]|[-–—](?=\s))?[*_]*\s*(.*)",  # noqa: RUF001 - dashes that people type
    re.IGNORECASE | re.DOTALL,
)
_NUMBER = re.compile(r"^\(?\d+[.)]\s+|^[-*+]\s+")
_PLAIN_ID = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")
_ASSUMED = "Nobody answered in time: each requirement is taken for an acceptance criterion."
_TEXT_KEYS = ("text", "criterion", "description", "title")


class Criterion(Value):
    """One acceptance criterion: ``AC-1`` and what must be true."""

    id: str
    text: str


class Brief(Value):
    """What a request says."""

    title: str
    about: str = ""
    requirements: tuple[str, ...] = ()
    acceptance_criteria: tuple[Criterion, ...] = ()
    constraints: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()


def read_brief(title: str, requirements: str | Mapping[str, Any]) -> Brief:
    """Read Markdown, or an object with the keys requirements, acceptance_criteria and constraints.

    Raises RequestUnusable for an object whose values cannot be read, and for a criterion ID that comes twice.
    """
    if isinstance(requirements, str):
        return _from_markdown(title, requirements)
    given = {part: value for key, value in requirements.items() if (part := part_named(key)) is not None}
    wanted = given.get(Part.REQUIREMENTS)
    brief = _from_markdown(title, wanted) if isinstance(wanted, str) else Brief(title=title)
    told: dict[str, Any] = {}
    if wanted is not None and not isinstance(wanted, str):
        told["requirements"] = tuple(_texts("requirements", wanted))
    if Part.CONSTRAINTS in given:
        told["constraints"] = tuple(_texts("constraints", given[Part.CONSTRAINTS]))
    if Part.CRITERIA in given:
        told["acceptance_criteria"] = _criteria(given[Part.CRITERIA])
    return brief.model_copy(update=told)


def assuming(brief: Brief) -> Brief:
    """The brief for want of an answer: what is required is what is accepted. Raises RequestUnusable."""
    found = criteria(brief.requirements)
    if not found:
        raise RequestUnusable(
            f"nobody said in time how one knows that {brief.title!r} is done, and the request lists no requirements "
            "from which that could be assumed. Start a build of a request that has acceptance criteria"
        )
    return brief.model_copy(update={"acceptance_criteria": found, "assumptions": (_ASSUMED,)})


def criteria(texts: Iterable[str | tuple[str, str]]) -> tuple[Criterion, ...]:
    """Number ``texts`` from AC-1 on. One that brings its own ``AC-7`` keeps it; so does an (ID, text) of any form."""
    found: dict[str, str] = {}
    number = 0
    for given in texts:
        given_id, text = ("", given) if isinstance(given, str) else given
        number += 1
        own = _OWN_ID.fullmatch(f"{given_id}: {text}" if given_id else text)
        if own is not None and own[3]:
            number, text, given_id = int(own[2]), own[3], ""
        text = _NUMBER.sub("", text).strip()
        name = given_id or f"AC-{number}"
        if not text:
            number -= 1
        elif name in found:
            raise RequestUnusable(f"the acceptance criterion {name} is there twice; give each a number of its own")
        else:
            found[name] = text
    return tuple(Criterion(id=name, text=text) for name, text in found.items())


def _from_markdown(title: str, text: str) -> Brief:
    found = read_sections(text)
    about = " ".join(found.blocks[Part.ABOUT])
    return Brief(
        title=title or found.title,
        about=about,
        requirements=tuple(found.all_of(Part.REQUIREMENTS) or found.all_of(Part.ABOUT)),
        acceptance_criteria=criteria(found.items[Part.CRITERIA] or found.blocks[Part.CRITERIA]),
        constraints=tuple(found.all_of(Part.CONSTRAINTS)),
    )


def _criteria(value: Any) -> tuple[Criterion, ...]:
    """The criteria of an object: texts, or objects whose ``id`` is kept when a test's name could hold it."""
    if not isinstance(value, list):
        return criteria(_texts("acceptance_criteria", value))
    found: list[str | tuple[str, str]] = []
    for item in value:
        given = item.get("id") if isinstance(item, dict) else None
        text = _one("acceptance_criteria", item)
        found.append((given, text) if isinstance(given, str) and _PLAIN_ID.fullmatch(given) else text)
    return criteria(found)


def _texts(key: str, value: Any) -> list[str]:
    if isinstance(value, str):
        return listed(value)
    if isinstance(value, list):
        return [_one(key, item) for item in value]
    raise RequestUnusable(f"{key} of the request is {_kind(value)}; it is a list of texts, or one text")


def _one(key: str, item: Any) -> str:
    if isinstance(item, str):
        return item.strip()
    text = next((item[name] for name in _TEXT_KEYS if item.get(name)), None) if isinstance(item, dict) else None
    if not isinstance(text, str):
        raise RequestUnusable(
            f"{key} of the request holds {_kind(item)}; each is a text, or an object with id and text"
        )
    return text


def _kind(value: Any) -> str:
    told = repr(value)
    return f"a {type(value).__name__} ({told if len(told) <= 60 else told[:59] + '…'})"
