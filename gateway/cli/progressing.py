"""A progress bar on standard error, on a terminal and for people only."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gateway.cli.output import Output


@contextmanager
def progress(output: Output, what: str) -> Iterator[Callable[[int, int], None]]:
    """Yields what is told how many of how many are done. The bar goes when the work is over."""
    if output.as_json or not output.errors.is_terminal:
        yield lambda _done, _total: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=output.errors, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
