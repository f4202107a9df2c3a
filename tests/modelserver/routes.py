"""Which wire a path belongs to, and what it asks for."""

import re
from collections.abc import Mapping

from tests.modelserver.request import Kind, WireName

_ROUTES: tuple[tuple[str, re.Pattern[str], WireName, Kind], ...] = (
    ("POST", re.compile(r"(/v1)?/chat/completions"), WireName.CHAT, Kind.ANSWER),
    ("POST", re.compile(r"(/v1)?/responses"), WireName.RESPONSES, Kind.ANSWER),
    ("POST", re.compile(r"/v1/messages"), WireName.ANTHROPIC, Kind.ANSWER),
    ("POST", re.compile(r"/v1/messages/count_tokens"), WireName.ANTHROPIC, Kind.COUNT),
    ("POST", re.compile(r"/v1(alpha|beta)?/models/[^/]+:(stream)?[gG]enerateContent"), WireName.GEMINI, Kind.ANSWER),
    ("POST", re.compile(r"/v1(alpha|beta)?/models/[^/]+:countTokens"), WireName.GEMINI, Kind.COUNT),
    ("GET", re.compile(r"/v1(alpha|beta)/models(/[^/]+)?"), WireName.GEMINI, Kind.MODELS),
    ("GET", re.compile(r"(/v1)?/models(/.+)?"), WireName.CHAT, Kind.MODELS),
)


def route(method: str, path: str, headers: Mapping[str, str]) -> tuple[WireName, Kind]:
    """The wire decides the form of an error, so an unknown path has one too."""
    for wanted, pattern, wire, kind in _ROUTES:
        if method == wanted and pattern.fullmatch(path):
            if kind is Kind.MODELS and wire is WireName.CHAT and "anthropic-version" in headers:
                return WireName.ANTHROPIC, kind
            return wire, kind
    if "anthropic-version" in headers or path.startswith("/v1/messages"):
        return WireName.ANTHROPIC, Kind.UNKNOWN
    if "x-goog-api-key" in headers or re.match(r"/v1(alpha|beta)/", path):
        return WireName.GEMINI, Kind.UNKNOWN
    return WireName.CHAT, Kind.UNKNOWN
