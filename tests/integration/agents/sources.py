"""Sources of a published project, as the package registry has them."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

_SECONDS = 120


def fetched(project: str, version: str, into: Path) -> Path:
    """The unpacked source distribution. Skips the test where there is no pip or no registry; in CI it has to be."""
    downloads = into / "downloads"
    words = ["download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", str(downloads)]
    for python in (sys.executable, Path(sys.base_prefix, "bin", "python3")):
        ended = subprocess.run(
            [str(python), "-m", "pip", *words, f"{project}=={version}"],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        if ended.returncode == 0:
            break
    else:
        why = f"pip could not fetch {project} {version}: {ended.stderr.strip()[-300:]}"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    (archive,) = downloads.glob(f"{project}-{version}.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(into, filter="data")
    return into / f"{project}-{version}"
