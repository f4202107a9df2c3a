"""The codec server: payloads decrypted for Temporal's Web UI and its command line, for those who may.

It speaks Temporal's remote-codec protocol and keeps nothing. Payloads carry no project, so that only tokens that see
every project open it.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response, Security
from fastapi.security import HTTPAuthorizationCredentials
from temporalio.api.common.v1 import Payload
from temporalio.converter import DataConverter

from gateway.access.caller import Caller
from gateway.codec.paths import CODEC_PATH
from gateway.codec.translating import NotPayloads, decoded, encoded, read, written
from gateway.web.callers import BEARER, let_in
from gateway.web.problems import Problem
from gateway.web.site import Here, Site

# It is no part of the REST API: its form is Temporal's.
router = APIRouter(prefix=CODEC_PATH, include_in_schema=False)


async def _reader(
    request: Request,
    site: Here,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],
) -> Caller:
    token = None if credentials is None else credentials.credentials
    caller = await let_in(request, site, token, pages=site.settings.codec_pages)
    if caller.projects is not None or caller.grant.role not in site.settings.codec_readers:
        roles = " or ".join(sorted(role.value for role in site.settings.codec_readers))
        raise Problem(
            403,
            "forbidden",
            f"Payloads of all builds are decrypted for tokens with the role {roles or 'nobody'} that see every project "
            "(BATON_CODEC_ROLES), and this is none",
        )
    return caller


@router.post("/decode")
async def decode(request: Request, site: Here, _: Annotated[Caller, Depends(_reader)]) -> Response:
    """The payloads in plain; those that were not encrypted, as they came."""
    return _answer(written(await decoded(await _sent(request), _converter(site))))


@router.post("/encode")
async def encode(request: Request, site: Here, _: Annotated[Caller, Depends(_reader)]) -> Response:
    """The payloads encrypted, where there are keys."""
    return _answer(written(await encoded(await _sent(request), _converter(site))))


async def _sent(request: Request) -> list[Payload]:
    try:
        return read(await request.body())
    except NotPayloads as error:
        raise Problem(422, "malformed", str(error)) from None


def _converter(site: Site) -> DataConverter:
    return site.temporal.data_converter


def _answer(text: str) -> Response:
    return Response(text, media_type="application/json")
