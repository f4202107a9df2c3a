"""What is large or rarely wanted is fetched when somebody opens it."""

import subprocess
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.dashboard.conftest import Dashboard

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_what_was_handed_over_is_shown(page: Page, dashboard: Dashboard) -> None:
    await page.goto(f"{dashboard.url}/builds/money-1-4")
    data = page.locator("#data-3")
    await data.locator("summary").click()
    await expect(data.locator("pre")).to_contain_text('"summary": "5 steps')


async def test_changes_of_a_workspace_on_another_machine_say_where_they_lie(
    page: Page, dashboard: Dashboard, complaints: list[str]
) -> None:
    await page.goto(f"{dashboard.url}/builds/money-1-4")
    changes = page.locator("details[id^=diff-]").first
    await changes.locator("summary").click()
    await expect(changes).to_contain_text("workspace is not on the gateway's machine")
    assert len(complaints) == 1, "of the 404"
    complaints.clear()


async def test_changes_are_shown_line_by_line(page: Page, dashboard: Dashboard) -> None:
    first, second = _two_commits(dashboard.home / "workspaces" / "changed")
    dashboard.tell_changed(first, second)
    await page.goto(f"{dashboard.url}/builds/changed")
    changes = page.locator("details[id^=diff-]").first
    await changes.locator("summary").click()
    await expect(changes.locator(".removed")).to_have_text("-half goes up\n")
    await expect(changes.locator(".added")).to_have_text("+half goes to even <b>\n")


def _two_commits(workspace: Path) -> tuple[str, str]:
    """A workspace as a worker on this machine would leave it."""
    repository, tree = workspace / "repo.git", workspace / "tree"
    tree.mkdir(parents=True)
    git = ["git", f"--git-dir={repository}", f"--work-tree={tree}", "-c", "user.name=b", "-c", "user.email=b@b.example"]
    subprocess.run([*git[:2], "init", "--quiet", "--bare"], check=True)
    commits = []
    for text in ("half goes up\n", "half goes to even <b>\n"):
        (tree / "rounding.txt").write_text(text)
        subprocess.run([*git, "add", "."], check=True, cwd=tree)
        subprocess.run([*git, "commit", "--quiet", "-m", "a step"], check=True, cwd=tree)
        said = subprocess.run([*git, "rev-parse", "HEAD"], check=True, cwd=tree, capture_output=True, text=True)
        commits.append(said.stdout.strip())
    return commits[0], commits[1]
