"""Small projects, as code writers leave them."""

ADDER = "def add(a, b):\n    return a + b\n"
TESTS = "from adder import add\n\n\ndef test_one():\n    assert add(1, 2) == 3\n\n\ndef test_two():\n    assert add(-1, 1) == 0\n"

GOOD = {
    "pyproject.toml": '[project]\nname = "adder"\nversion = "1.2.0"\n',
    "src/adder.py": ADDER,
    "tests/test_adder.py": TESTS,
}

BROKEN = GOOD | {"src/adder.py": "def add(a, b):\n    return a - b\n"}
