"""The tests of a file, in whatever language it is."""

from baton.workshop.places import is_python_test
from baton.workshop.written_tests.found import TestFile
from baton.workshop.written_tests.python import NotReadable, python_tests
from baton.workshop.written_tests.text import text_tests


def written_tests(path: str, text: str, *, by_text: bool = False) -> TestFile:
    """The tests in `text`: Python by its syntax tree; by its text when it cannot be parsed, or when asked to."""
    if is_python_test(path) and not by_text:
        try:
            return python_tests(path, text)
        except NotReadable:
            pass
    return text_tests(path, text)


def is_parsable(path: str, text: str) -> bool:
    """Whether the tests of the file are read by a syntax tree."""
    try:
        python_tests(path, text)
    except NotReadable:
        return False
    return True
