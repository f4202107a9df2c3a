"""Styles, scripts and templates hold together, and nothing in them leads elsewhere."""

import re
from pathlib import Path

import pytest

from gateway.web.pages import assets
from gateway.web.pages.assets import asset

FOLDER = Path(assets.__file__).parent
FILES = sorted(FOLDER.glob("static/*"))
TEMPLATES = sorted(FOLDER.glob("templates/*.html"))


def test_the_address_of_a_file_names_what_is_in_all_of_them() -> None:
    assert re.fullmatch(r"/static/[0-9a-f]{12}/main\.js", asset("main.js"))
    assert asset("main.js").rpartition("/")[0] == asset("base.css").rpartition("/")[0]
    with pytest.raises(KeyError, match=r"none\.css"):
        asset("none.css")


@pytest.mark.parametrize("path", [*FILES, *TEMPLATES], ids=lambda path: path.name)
def test_nothing_leads_elsewhere(path: Path) -> None:
    text = path.read_text().replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_a_style_a_script_or_unescaped_text(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\bstyle=|<style|\bon\w+=|javascript:|\|\s*safe\b|autoescape", text)
    assert all('src="{{ asset(' in tag for tag in re.findall(r"<script[^>]*>", text))


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix == ".js"], ids=lambda path: path.name)
def test_scripts_import_files_that_are_there_and_write_no_markup(path: Path) -> None:
    text = path.read_text()
    assert set(re.findall(r'from "\./(.+)"', text)) <= {one.name for one in FILES}
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", text)
