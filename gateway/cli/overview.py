"""The list of the commands costs what a list costs.

Most of the time that ``--help`` takes would else go into the options of all commands, which it does not show, and into
parts of rich that Typer loads beside what it draws with.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

import typer

_UNUSED = {"rich.markdown": "Markdown", "rich.traceback": "Traceback"}
"""What Typer's help draws with in modes that are not used here; parsers and lexers come with it."""


def without_options(app: typer.Typer) -> None:
    """Leave of each command its name and its help, and of each group of commands its own alone."""
    for one in app.registered_commands:
        one.callback = _nothing(one.callback)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            group.typer_instance.registered_commands.clear()
            group.typer_instance.registered_groups.clear()


def load_help() -> None:
    """Load what Typer writes help with, without what it would not use."""
    spared = {module: _stand_in(module, name) for module, name in _UNUSED.items() if module not in sys.modules}
    sys.modules.update(spared)
    try:
        import_module("typer.rich_utils")
    finally:
        for module in spared:
            del sys.modules[module]


def _nothing(described: Any) -> Any:
    def nothing() -> None: ...

    nothing.__doc__ = described.__doc__
    return nothing


def _stand_in(module: str, name: str) -> ModuleType:
    made = ModuleType(module)
    setattr(made, name, type(name, (), {}))
    return made
