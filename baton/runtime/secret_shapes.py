"""Secrets that can be told by their looks alone: the keys of clouds, forges, chats and models, private keys, signed
tokens, passwords in addresses.

Each shape is one that nothing else has: digests, identifiers, paths and prose are left alone. What kind of secret it
was stays readable: `ghp_***`. To mask a text again changes nothing.
"""

import re
from typing import Any

_MASK = "***"

# (?P<head>…) stays. No shape begins in the middle of a word, and none has to look at a character more than a few times.
_TOKENS = (
    r"(?P<head>AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])",
    r"(?P<head>gh[pousr]_|github_pat_)[A-Za-z0-9_]{36,}",
    r"(?P<head>gl(?:pat|ptt|rt|dt|cbt|ft|oas|soat)-)[\w-]{20,}",
    r"(?P<head>xox[abeoprs]-)[A-Za-z0-9-]{10,}",
    r"(?P<head>xapp-)\d-[A-Za-z0-9-]{20,}",
    r"(?P<head>hooks\.slack\.com/(?:services|workflows|triggers)/)[\w/-]{20,}",
    r"(?P<head>sk-(?:ant|proj|svcacct|admin|or)-)[\w-]{20,}",
    r"(?P<head>sk-)(?=[A-Za-z]*\d)[A-Za-z0-9]{32,}",
    r"(?P<head>AIza)[\w-]{35}",
    r"(?P<head>ya29\.|GOCSPX-)[\w-]{20,}",
    r"(?P<head>AccountKey=)[A-Za-z0-9+/]{40,}={0,2}",
    r"(?P<head>aws_secret_access_key[\"']?\s{0,9}[=:]\s{0,9}[\"']?)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])",
    r"(?P<head>[rs]k_(?:live|test)_)[A-Za-z0-9]{20,}",
    r"(?P<head>SG\.)[\w-]{16,32}\.[\w-]{32,64}",
    r"(?P<head>npm_)[A-Za-z0-9]{36}",
    r"(?P<head>pypi-)AgE[\w-]{50,}",
    r"(?P<head>hf_)[A-Za-z0-9]{30,}",
    r"(?P<head>do[opr]_v1_)[0-9a-f]{64}",
    r"(?P<head>hv[sb]\.)[\w-]{24,}",
    r"(?P<head>whsec_)[A-Za-z0-9+/]{24,}={0,2}",
    r"(?P<head>baton_)[0-9a-f]{32}_[\w-]{43}",
    r"(?<![.-])(?P<head>eyJ)[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}",
)
_TOKEN_SHAPES = tuple(re.compile(rf"(?<!\w){shape}") for shape in _TOKENS)

# A slash or a quote ends it, so that `host:443/package@1` is none. What stands for a password is none either.
_URL_PASSWORD = re.compile(
    r"(?P<head>(?<![\w+.-])[A-Za-z][\w+.-]*://[^\s:/@'\"<>]*:)(?![$%{*])[^\s/@'\"<>]+(?=@[\w\[.-])"
)
# Also in JSON within a text, where a new line is written \n. A name alone, without the key itself, is none.
_PRIVATE_KEY = re.compile(
    r"(?P<head>-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----)"
    r"(?:\s|\\[rn])*(?:[A-Z][A-Za-z-]+: [^\n\\]{0,200}(?:\s|\\[rn])+)*"
    r"[A-Za-z0-9+/=]{32,}(?:[A-Za-z0-9+/=\s]|\\[rn])*"
)


def masked(text: str) -> str:
    """``text``, in which secrets of known shapes are replaced by `***`."""
    if "-----BEGIN" in text:
        text = _PRIVATE_KEY.sub(rf"\g<head>{_MASK}", text)
    if "://" in text:
        text = _URL_PASSWORD.sub(rf"\g<head>{_MASK}", text)
    for shape in _TOKEN_SHAPES:
        text = shape.sub(rf"\g<head>{_MASK}", text)
    return text


def masked_value(value: Any) -> Any:
    """The same for every text in a JSON value, keys included. What is no JSON stays as it is."""
    match value:
        case str():
            return masked(value)
        case dict():
            return {masked_value(key): masked_value(inner) for key, inner in value.items()}
        case list() | tuple():
            return [masked_value(inner) for inner in value]
        case _:
            return value
