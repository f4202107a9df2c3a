"""A release that nobody touched is proven, here and elsewhere."""

import shutil
import subprocess
from pathlib import Path

from tests.command_line import CommandLine
from tests.integration.releases.home import HOLDS, Released, Verifier, journal_file


def test_a_release_that_nobody_touched_is_proven(verify: Verifier) -> None:
    said = verify()
    assert (said.code, said.json["proven"], said.json["first_broken"]) == (0, True, None)
    assert verify.links() == HOLDS
    found = {link["name"]: link["found"] for link in said.json["links"]}
    assert "2 tests passed on this commit" in found["journal"]
    assert "signed with the current key" in found["signature"]
    assert (said.json["build_id"], said.json["commit"][:12]) == ("adder-1", found["commit"][:12])


def test_people_see_a_mark_for_each_link_and_a_verdict(cli: CommandLine, released: Released) -> None:
    proven = cli.now("verify-release", str(released.files.archive))
    assert (proven.code, proven.out.count("✓"), "Proven: every link holds." in proven.out) == (0, 5, True)
    released.files.provenance.unlink()
    said = cli.now("verify-release", str(released.files.archive))
    assert (said.code, said.out.count("✓"), said.out.count("✗")) == (1, 4, 1)
    assert "there is no 'adder-1.2.0.provenance.json' beside the archive" in said.told
    assert "the first link that does not hold is signature" in said.told


def test_nothing_is_made_where_there_is_nothing(cli: CommandLine, tmp_path: Path) -> None:
    said = cli.now("verify-release", str(tmp_path / "none.tar.gz"), "--json")
    assert (said.code, said.json["first_broken"]) == (1, "archive")
    assert {link["outcome"] for link in said.json["links"][1:]} == {"unchecked"}
    assert not (tmp_path / "home").exists()


def test_somebody_else_can_prove_it_with_four_files_a_clone_a_journal_and_a_key(
    verify: Verifier, tmp_path: Path
) -> None:
    released, elsewhere = verify.released, tmp_path / "elsewhere"
    elsewhere.mkdir()
    for path in released.files.all:
        shutil.copy(path, elsewhere)
    subprocess.run(["git", "clone", "--quiet", str(released.repo), str(elsewhere / "clone")], check=True)
    journal_file(released, elsewhere / "journal.json")
    shutil.copy(next((released.home / "keys").glob("*.pub")), elsewhere / "key.pub")
    shutil.rmtree(released.home)
    given = ("--journal", elsewhere / "journal.json", "--repo", elsewhere / "clone", "--key", elsewhere / "key.pub")
    assert verify.links(*given, archive=elsewhere / released.files.archive.name) == HOLDS
    assert not released.home.exists()
