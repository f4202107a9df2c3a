"""Small projects, as code writers leave them."""

ADDER = "def add(a, b):\n    return a + b\n"
TESTS = """
from adder import add


def test_one():
    assert add(1, 2) == 3


def test_two():
    assert add(-1, 1) == 0
"""

GOOD = {
    "pyproject.toml": '[project]\nname = "adder"\nversion = "1.2.0"\n',
    "src/adder.py": ADDER,
    "tests/test_adder.py": TESTS,
}

BROKEN = GOOD | {"src/adder.py": "def add(a, b):\n    return a - b\n"}

TOOLCHAIN = """
runner = "toolchain"
set_env = { PYTEST_DISABLE_PLUGIN_AUTOLOAD = "1" }  # what else is installed here only takes time to load
"""

QUICK = """
runner = "toolchain"
test = ["sh", "-c", '''echo '<testsuite><testcase classname="t" name="t"/></testsuite>' >"$0" ''', "{junit}"]
"""
"""As TOOLCHAIN, with a test command that takes no time: for tests of what comes after the tests."""
