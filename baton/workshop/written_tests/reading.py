"""The tests of a file, in whatever language it is."""

from baton.workshop.places import is_python_test
from baton.workshop.written_tests.found import TestFile
from baton.workshop.written_tests.python import NotReadable, python_tests
from baton.workshop.written_tests.text import text_tests


def written_tests(path: str, text: str) -> TestFile:
    """The tests in `text`: Python by its syntax tree; by its text when it cannot be parsed."""
    return parsed_tests(path, text) or text_tests(path, text)


def parsed_tests(path: str, text: str) -> TestFile | None:
    """The tests in `text` by its syntax tree, or None where there is none to be had."""
    if not is_python_test(path):
        return None
    try:
        return python_tests(path, text)
    except NotReadable:
        return None
