"""Tests that were deleted, skipped, or made to assert less."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from baton.workshop.dilution.files import Files
from baton.workshop.dilution.item import Diluted, Rule
from baton.workshop.places import is_python_test, is_test
from baton.workshop.written_tests.found import WHOLE_FILE, FoundTest, TestFile
from baton.workshop.written_tests.reading import parsed_tests
from baton.workshop.written_tests.text import text_tests

_NAMED = 5
Suite = Mapping[str, TestFile]


def diluted_tests(before: Files, after: Files) -> Iterator[Diluted]:
    """What became of the tests in the files that differ. A test that moved, or was renamed, is not deleted."""
    old, new = _suites(before, after)
    moves = _Moves.between(old, new)
    for path, file in old.items():
        yield from _deleted(path, [test for test in file.tests if _key(test) not in moves.partner], file, new.get(path))
        for test in file.tests:
            if (now := moves.partner.get(_key(test))) is not None:
                yield from _weakened(test, now)
    known = {_key(test) for test in moves.partner.values()}
    for path, file in new.items():
        was = old.get(path, TestFile())
        yield from _scopes(path, was, file)
        yield from (_new_and_skipped(test) for test in file.tests if test.skips and _key(test) not in known)


def _suites(before: Files, after: Files) -> tuple[Suite, Suite]:
    old: dict[str, TestFile] = {}
    new: dict[str, TestFile] = {}
    for path in sorted({*before.texts, *after.texts}):
        if not is_test(path):
            continue
        both = [(old, before.text(path)), (new, after.text(path))]
        texts = [(suite, text) for suite, text in both if text is not None]
        parsed = [parsed_tests(path, text) for _, text in texts]
        for (suite, text), tests in zip(texts, parsed, strict=True):
            # Both in the same way: what the one finds and the other does not is no difference between them.
            suite[path] = text_tests(path, text) if tests is None or None in parsed else tests
    return old, new


@dataclass(frozen=True)
class _Moves:
    """Which test of the old commit is which of the new one."""

    partner: dict[tuple[str, str], FoundTest]

    @classmethod
    def between(cls, old: Suite, new: Suite) -> "_Moves":
        there = {_key(test): test for file in new.values() for test in file.tests}
        gone = [test for file in old.values() for test in file.tests if _key(test) not in there]
        partner = {_key(test): there[_key(test)] for file in old.values() for test in file.tests if _key(test) in there}
        taken = {*partner}
        for same in (_same_body, _same_name):
            free: dict[str, list[FoundTest]] = {}
            for key, test in there.items():
                if key not in taken:
                    free.setdefault(same(test), []).append(test)
            for test in gone:
                if _key(test) not in partner and (found := free.get(same(test))):
                    partner[_key(test)] = found.pop(0)
                    taken.add(_key(partner[_key(test)]))
        return cls(partner)


def _key(test: FoundTest) -> tuple[str, str]:
    return test.path, test.name


def _same_body(test: FoundTest) -> str:
    return test.body


def _same_name(test: FoundTest) -> str:
    return test.function


def _deleted(path: str, gone: list[FoundTest], was: TestFile, now: TestFile | None) -> Iterator[Diluted]:
    if len(gone) > 1 and len(gone) == len(was.tests) and not (now and now.tests):
        names = ", ".join(test.name for test in gone[:_NAMED]) + (" …" if len(gone) > _NAMED else "")
        message = f"{path}: all {len(gone)} tests of the file are gone ({names})"
        text = "\n\n".join(test.source for test in gone)
        yield Diluted(Rule.TEST_DELETED, path, WHOLE_FILE, message, was=text)
        return
    for test in gone:
        message = f"{path}: the test {test.name} is gone, and no other test has its body"
        yield Diluted(Rule.TEST_DELETED, path, test.name, message, was=test.source)


def _weakened(was: FoundTest, now: FoundTest) -> Iterator[Diluted]:
    if skips := _more(was.skips, now.skips):
        yield _item(Rule.TEST_SKIPPED, was, now, f"is skipped now, by {skips[0]}")
    if now.checks < was.checks:
        message = f"asserts {_times(now.checks)}; it asserted {_times(was.checks)}"
        yield _item(Rule.ASSERTIONS_REMOVED, was, now, message, f" ({was.checks} to {now.checks})")
    if 0 < now.cases < was.cases:
        message = f"is run with {now.cases} of {was.cases} parameters"
        yield _item(Rule.CASES_REMOVED, was, now, message, f" ({was.cases} to {now.cases})")


def _item(rule: Rule, was: FoundTest, now: FoundTest, message: str, extent: str = "") -> Diluted:
    text = f"{now.path}:{now.line}: the test {now.name} {message}"
    # The extent belongs to the name: who waived the removal of one assertion did not waive the next.
    return Diluted(rule, now.path, f"{now.name}{extent}", text, now.line, was=was.source)


def _new_and_skipped(test: FoundTest) -> Diluted:
    message = f"{test.path}:{test.line}: the new test {test.name} is skipped ({test.skips[0]}): it proves nothing"
    return Diluted(Rule.TEST_SKIPPED, test.path, test.name, message, test.line, holds=False)


def _scopes(path: str, was: TestFile, now: TestFile) -> Iterator[Diluted]:
    for scope, skips in now.scopes.items():
        added = _more(was.scopes.get(scope, ()), skips)
        if not added or not _reached(scope, now):
            continue
        there = _reached(scope, was)
        what = "all tests of the file" if scope == WHOLE_FILE else f"the tests of {scope}"
        told = "are skipped or left out now" if there else "are new and skipped: they prove nothing"
        yield Diluted(Rule.TEST_SKIPPED, path, scope, f"{path}: {what} {told}, by {added[0]}", holds=there)


def _reached(scope: str, file: TestFile) -> bool:
    """Whether tests of the file stand in a scope."""
    if scope == WHOLE_FILE or not is_python_test(file.tests[0].path if file.tests else ""):
        return bool(file.tests)  # the titles of `describe` are no part of a test's name: there the file decides
    return any(test.name.startswith(f"{scope}.") for test in file.tests)


def _more(was: Iterable[str], now: Iterable[str]) -> list[str]:
    left = list(was)
    added = []
    for one in now:
        if one in left:
            left.remove(one)
        else:
            added.append(one)
    return added


def _times(count: int) -> str:
    return {0: "nothing", 1: "once", 2: "twice"}.get(count, f"{count} times")
