"""Signature: somebody who is trusted has signed for this archive, commit and journal."""

import re
from collections.abc import Sequence

from baton.domain.requests import BUILD_ID_PATTERN
from baton.workshop.envelope import ENVELOPE_BYTES, unproven_payload, unseal
from baton.workshop.errors import SignatureBroken
from baton.workshop.keys import PublicKey
from baton.workshop.manifest import Manifest
from baton.workshop.provenance import BUILD_TYPE, Resource, Statement, read_statement
from baton.workshop.release_files import ReleaseFiles
from gateway.release_check.links import Broken

_TRUST = "if you trust that key, get it and run: python starter.py keys trust FILE; or give it: --key FILE"


def build_told(files: ReleaseFiles) -> str | None:
    """The build that the provenance names, signed or not: only to know where to look."""
    try:
        statement = read_statement(unproven_payload(_envelope(files)))
    except (Broken, SignatureBroken):
        return None
    told = statement.predicate.build_definition.external_parameters.get("build")
    return told if isinstance(told, str) and re.fullmatch(BUILD_ID_PATTERN, told) else None


def check_signature(
    files: ReleaseFiles, sha256: str, manifest: Manifest | None, build_id: str | None, trusted: Sequence[PublicKey]
) -> str:
    """That the provenance beside the archive is signed by one of ``trusted``, and says the same as the other links.

    ``manifest`` and ``build_id`` are compared where they are known. Raises Broken.
    """
    data = _envelope(files)
    if not trusted:
        raise Broken("no key is trusted here", "give the public key of the release: --key FILE")
    try:
        opened = unseal(data, trusted)
    except SignatureBroken as error:
        raise Broken(str(error), _TRUST if "not trusted" in str(error) else "") from error
    try:
        statement = read_statement(opened.payload)
    except SignatureBroken as error:
        raise Broken(str(error)) from error
    _compare(statement, sha256, manifest, build_id)
    return f"signed with the {opened.key.kind.value} key {opened.key.id}, for this archive, commit and journal"


def _envelope(files: ReleaseFiles) -> bytes:
    try:
        with files.provenance.open("rb") as file:
            return file.read(ENVELOPE_BYTES)
    except OSError as error:
        raise Broken(
            f"there is no {files.provenance.name!r} beside the archive",
            "put it beside the archive, as it lay in the release's folder",
        ) from error


def _compare(statement: Statement, sha256: str, manifest: Manifest | None, build_id: str | None) -> None:
    made = statement.predicate.build_definition
    if made.build_type != BUILD_TYPE:
        raise Broken(f"what is signed is a build of another kind: {made.build_type[:200]!r}")
    if sha256 not in [subject.digest.get("sha256") for subject in statement.subject]:
        told = ", ".join(str(subject.digest.get("sha256")) for subject in statement.subject)[:400]
        raise Broken(f"what is signed is another archive: SHA-256 {told}")
    if manifest is not None:
        _same("commit", _digest(made.resolved_dependencies, "released", "gitCommit"), manifest.commit)
        byproducts = statement.predicate.run_details.byproducts
        _same("journal entry", _digest(byproducts, "journal", "sha256"), manifest.journal_head)
    if build_id is not None:
        _same("build", made.external_parameters.get("build"), build_id)


def _digest(resources: Sequence[Resource], name: str, algorithm: str) -> str | None:
    return next((one.digest.get(algorithm) for one in resources if one.name == name), None)


def _same(what: str, signed: object, found: str) -> None:
    if signed != found:
        raise Broken(f"what is signed names the {what} {str(signed)[:100]}, and it is {found}")
