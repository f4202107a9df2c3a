"""Where an agent's program lies, and what of it the sandbox has to show."""

import sys
from pathlib import Path

from baton.runners.agents.installation import find


def _program(file: Path, text: str = "\x7fELF") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    file.chmod(0o755)
    return file


def _link(link: Path, target: Path) -> Path:
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(target)
    return link


def _on(*folders: Path) -> str:
    return ":".join(map(str, folders))


def test_what_npm_installed_is_shown_with_its_packages(tmp_path: Path) -> None:
    real = _program(tmp_path / "lib" / "node_modules" / "@maker" / "agent" / "bin" / "agent.exe")
    _link(tmp_path / "bin" / "agent", real)
    found = find("agent", _on(tmp_path / "bin"))
    assert found is not None
    assert (found.program, found.places, found.paths) == (real, (tmp_path / "lib" / "node_modules",), ())


def test_a_script_is_shown_with_the_interpreter_that_it_asks_for_by_name(tmp_path: Path) -> None:
    node = _program(tmp_path / "node-20" / "bin" / "node")
    _link(tmp_path / "shims" / "node", node)
    script = _program(tmp_path / "node_modules" / "agent" / "cli.js", "#!/usr/bin/env -S node --no-warnings\n")
    _link(tmp_path / "shims" / "agent", script)
    found = find("agent", _on(tmp_path / "shims"))
    assert found is not None
    assert (found.program, found.places) == (script, (tmp_path / "node_modules", node))
    assert found.paths == (node.parent,)


def test_what_pip_installed_is_shown_with_its_environment_and_the_python_below(tmp_path: Path) -> None:
    base = tmp_path / "python-3.12"
    python = _program(base / "bin" / "python3.12")
    _program(base / "lib" / "python3.12" / "os.py", "")
    venv = tmp_path / "tools" / "aider"
    _link(venv / "bin" / "python", python)
    (venv / "pyvenv.cfg").write_text(f"home = {base / 'bin'}\nversion = 3.12\n")
    script = _program(venv / "bin" / "aider", f"#!{venv / 'bin' / 'python'}\n")
    _link(tmp_path / "bin" / "aider", script)
    found = find("aider", _on(tmp_path / "bin"))
    assert found is not None
    assert (found.program, found.places, found.paths) == (script, (venv, base), ())


def test_a_program_that_stands_alone_is_shown_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    real = _program(home / ".local" / "share" / "agent" / "versions" / "1.2")
    _link(home / ".local" / "bin" / "agent", real)
    found = find("agent", _on(home / ".local" / "bin"))
    assert found is not None
    assert found.places == (real,)


def test_the_home_of_a_user_is_never_shown_for_a_python_in_it(tmp_path: Path) -> None:
    local = tmp_path / "home" / ".local"
    python = _program(local / "bin" / "python3.12")
    _program(local / "lib" / "python3.12" / "os.py", "")
    script = _program(tmp_path / "agent", f"#!{python}\n")
    found = find(str(script), "")
    assert found is not None
    assert found.places == (script, python)


def test_what_lies_in_usr_is_shown_anyway() -> None:
    found = find("env", "/usr/bin")
    assert found is not None
    assert found.places == ()


def test_what_is_not_there_or_cannot_be_run_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "agent").write_text("#!/bin/sh\n")
    assert find("agent", _on(tmp_path)) is None
    assert find("no-such-agent", _on(Path(sys.executable).parent)) is None
