import json
import random
import string
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baton.runtime.secret_shapes import masked, masked_value

_CHANCE = random.Random(5)


def _of(letters: str, count: int) -> str:
    return "".join(_CHANCE.choices(letters, k=count))


_WORD = string.ascii_letters + string.digits
_UPPER = string.ascii_uppercase + "234567"
_HEX = "0123456789abcdef"

# Put together here, so that nobody who scans this file takes them for real ones.
_SECRETS = {
    "cloud key": ("AK" + "IA", _of(_UPPER, 16)),
    "cloud secret": ("aws_secret_access" + "_key = ", _of(_WORD, 40)),
    "forge": ("gh" + "p_", _of(_WORD, 36)),
    "forge, fine-grained": ("github" + "_pat_", f"{_of(_WORD, 22)}_{_of(_WORD, 59)}"),
    "other forge": ("gl" + "pat-", _of(_WORD, 20)),
    "chat": ("xo" + "xb-", f"{_of('123456789', 12)}-{_of(_WORD, 24)}"),
    "chat's address": ("hooks.slack" + ".com/services/", f"T{_of(_UPPER, 8)}/B{_of(_UPPER, 8)}/{_of(_WORD, 24)}"),
    "model": ("sk-" + "ant-", f"api03-{_of(_WORD + '_-', 90)}A"),
    "other model": ("sk-" + "proj-", _of(_WORD + "_-", 120) + "A"),
    "other model, old": ("sk" + "-", _of(_WORD, 47) + "7"),
    "third model": ("AI" + "za", _of(_WORD, 35)),
    "storage": ("Account" + "Key=", _of(_WORD, 86) + "=="),
    "payments": ("sk" + "_live_", _of(_WORD, 24)),
    "mail": ("S" + "G.", f"{_of(_WORD, 22)}.{_of(_WORD, 43)}"),
    "packages": ("np" + "m_", _of(_WORD, 36)),
    "other packages": ("py" + "pi-", "AgEIcHlwaS5vcmc" + _of(_WORD, 60)),
    "webhook": ("wh" + "sec_", _of(_WORD, 32)),
    "gateway": ("bat" + "on_", f"{_of(_HEX, 32)}_{_of(_WORD, 43)}"),
    "signed token": ("e" + "yJ", f"{_of(_WORD, 30)}.eyJ{_of(_WORD, 60)}.{_of(_WORD, 43)}"),
    "address": ("postgresql://ada:", "s3cr3t-" + _of(_WORD, 9)),
}
_AROUND = st.text(alphabet=string.printable, max_size=30)


def _text_of(kind: str) -> str:
    return "".join(_SECRETS[kind]) + ("@db.example/baton" if kind == "address" else "")


@pytest.mark.parametrize("kind", _SECRETS)
def test_a_secret_is_hidden_and_its_kind_is_readable(kind: str) -> None:
    head, secret = _SECRETS[kind]
    for before, after in (("", ""), ("token: ", "."), ('{"key": "', '"}'), ("--key=", "\n"), ("(", ")")):
        hidden = masked(f"{before}{_text_of(kind)}{after}")
        assert secret not in hidden
        assert hidden.startswith(f"{before}{head}***")
        assert hidden.endswith(after)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(_AROUND, st.sampled_from(sorted(_SECRETS)), _AROUND)
def test_whatever_stands_around_it_a_secret_is_hidden_once_and_for_all(before: str, kind: str, after: str) -> None:
    once = masked(f"{before} {_text_of(kind)} {after}")
    assert _SECRETS[kind][1] not in once
    assert masked(once) == once


_HARMLESS = st.one_of(
    st.uuids().map(str),
    st.binary(min_size=20, max_size=32).map(bytes.hex),
    st.binary(min_size=20, max_size=64).map(lambda raw: f"sha256:{raw.hex()}"),
    st.lists(st.text(string.ascii_lowercase + "_", min_size=1, max_size=9), min_size=1, max_size=5).map("/".join),
    st.lists(st.text(string.ascii_letters, min_size=1, max_size=12), max_size=9).map(" ".join),
    st.floats(allow_nan=False).map(str),
    st.dates().map(str),
)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(_HARMLESS)
def test_digests_identifiers_paths_numbers_and_prose_are_left_alone(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "https://registry.example:443/@scope/package@1.2.3",
        "git@github.example:org/repo.git and ssh://git@host.example/repo",
        "postgresql://ada:${PASSWORD}@db/baton, postgres://u:<password>@h, amqp://u:{secret}@h, redis://u:***@h",
        "task-force, disk-projection, risk-antics, the sk-learn docs, sk-proj-x",
        "test_slug.py::test_keeps_eyJ_prefix, module.eyJ.eyJ.eyJ",
        "the file begins with -----BEGIN PRIVATE KEY----- and must not be committed to the repository at all",
        "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUQ2FuYXJ5Q2FuYXJ5Q2FuYXJ5\n-----END CERTIFICATE-----",
        "AKIA is the beginning of a key, ghp_ too, and npm_config_registry is a variable",
        "integrity sha512-" + "aB3/" * 21 + "==",
        "api_key = settings.api_key",
    ],
)
def test_what_only_resembles_a_secret_is_left_alone(text: str) -> None:
    assert masked(text) == text


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "])
def test_a_private_key_is_hidden_from_its_first_line_to_its_last(kind: str) -> None:
    lines = [_of(_WORD + "+/", 64) for _ in range(6)]
    header = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00AA\n\n" if kind == "RSA " else ""
    begin, end = f"-----BEGIN {kind}PRIVATE" + " KEY-----", f"-----END {kind}PRIVATE" + " KEY-----"
    key = "\n".join([begin, header + lines[0], *lines[1:], end])
    for text in (key, json.dumps({"key": key}), key[:-60], key.replace("\n", "\r\n")):
        hidden = masked(f"found {text} there")
        assert not any(line in hidden for line in lines)
        assert hidden.startswith("found ")
        assert masked(hidden) == hidden
    assert masked(f"{key}\nand more") == f"{begin}***{end}\nand more"


def test_a_value_is_masked_at_every_depth_in_keys_too() -> None:
    secret = _text_of("forge")
    value = {"a": [secret, {"b": f"x {secret}", secret: 1}], "n": 1, "none": None}
    assert masked_value(value) == {"a": ["ghp_***", {"b": "x ghp_***", "ghp_***": 1}], "n": 1, "none": None}


@pytest.mark.parametrize(
    "part", ["eyJ", "-eyJ", "a.", "a://b:", "x" * 9, "sk-", "SG.a", "-----BEGIN PRIVATE KEY-----\n", "A: b\n", "AKIA"]
)
def test_no_text_takes_long(part: str) -> None:
    text = f"-----BEGIN PRIVATE KEY-----\n{part * (200_000 // len(part))}://"
    before = time.process_time()
    masked(text)
    assert time.process_time() - before < 20  # what grows with the square takes minutes
