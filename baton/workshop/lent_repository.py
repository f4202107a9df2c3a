"""A git repository to play with, for programs that look for one in the tree.

Baton's own git directory is out of reach. A lent one stands in the tree as ``.git`` while a program works there: at
the build's commit, with its whole history, and with nothing of Baton's but objects that can be read. Whatever is done
with it (commits, resets, new branches, its removal) ends with it: ``Workspace.commit`` and ``restore`` remove it, and
what stands in the tree is what counts.
"""

from pathlib import Path

from baton.workshop._git import EXCLUDES, Git
from baton.workshop.workspace import Workspace

_CONFIG = """\
[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = false
[user]
\tname = Baton
\temail = baton@localhost
[gc]
\tauto = 0
[maintenance]
\tauto = false
"""


async def lend(workspace: Workspace) -> Path:
    """Put a repository into the tree, at the workspace's head; returns the folder that must be readable for it.

    Its state is clean where the tree is as at the head. Raises GitFailed.
    """
    head = await workspace.head()
    objects = workspace.tree.parent / "repo.git" / "objects"
    git = Git(workspace.tree / ".git", workspace.tree)
    files = {
        "HEAD": "ref: refs/heads/main\n",
        "config": _CONFIG,
        "info/exclude": EXCLUDES,
        "objects/info/alternates": f"{objects}\n",
        "refs/heads/main": f"{head.sha}\n",
    }
    for name, text in files.items():
        file = git.directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    await git("read-tree", head.sha)
    return objects
