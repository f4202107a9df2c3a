"""Every client of Temporal that the doors make is given the converter of the settings: else it would write in plain."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
_MAKING = {"connect_plainly", "connect_as_configured", "connect_with_patience", "EmbeddedTemporal"}


def test_every_client_of_the_doors_encrypts_as_the_settings_say() -> None:
    made = {
        f"{path.relative_to(ROOT)}:{call.lineno}": {keyword.arg for keyword in call.keywords}
        for folder in ("gateway", "activities")
        for path in (ROOT / folder).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in _MAKING
    }
    assert len(made) >= 5
    assert {place for place, given in made.items() if "data_converter" not in given} == set()
