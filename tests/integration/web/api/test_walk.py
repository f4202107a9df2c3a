"""The walk in the docs goes through the whole interface, with curl alone."""

import os
import re
import shutil
import subprocess

import pytest

from tests.gateways import gateway
from tests.integration.web.api.house import House
from tests.pages import ROOT

WALK = ROOT / "docs/walks/rest.sh"


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_walk_reaches_its_end(there: House) -> None:
    # At a gateway of its own: other tests try so many wrong tokens that the house's takes no more for a minute.
    with gateway(there.home, str(there.engine.url), there.environ) as own:
        environ = {"PATH": os.environ["PATH"], "GATEWAY": own.url, "TOKEN": there.tokens["grace"]}
        ran = subprocess.run(["sh", str(WALK)], env=environ, capture_output=True, text=True, timeout=300, check=False)
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    assert re.fullmatch(r"walked: 4 builds in project walk-[\d-]+\n", ran.stdout)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_walk_stops_at_the_first_answer_that_is_not_as_it_says(there: House) -> None:
    environ = {"PATH": os.environ["PATH"], "GATEWAY": there.gateway.url, "TOKEN": there.tokens["viewer"]}
    ran = subprocess.run(["sh", str(WALK)], env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode != 0
    assert "walked" not in ran.stdout


def test_the_walk_takes_every_route(there: House) -> None:
    text = WALK.read_text()
    for path in there.grace.get("/openapi.json").json()["paths"]:
        last = path.rsplit("/", 1)[-1]
        wanted = path.rsplit("/", 2)[-2] if last.startswith("{") else last
        assert re.search(rf"/{re.escape(wanted)}\b|\$workflows[\"?]", text), path
