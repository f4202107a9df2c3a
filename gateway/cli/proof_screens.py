"""What was verified, mended or audited, on the screen and as JSON."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType
from rich.text import Text

from gateway.cli.plain import line, text

if TYPE_CHECKING:
    from baton.store.proof.differing import RowDifference
    from gateway.mirroring.repairing import Repairs
    from gateway.mirroring.verifying import Verification

_MOST_SHOWN = 12


def verification_json(verification: "Verification") -> dict[str, Any]:
    """For programs."""
    counted = ("checked", "matching", "behind", "drifted", "unverifiable", "unreadable", "differences")
    return {
        "holds": verification.holds,
        **{name: getattr(verification, name) for name in counted},
        "builds": [
            {
                "build_id": check.build_id,
                "outcome": check.outcome.value,
                "standing": None if check.standing is None else check.standing.value,
                "entries": check.entries,
                "behind": check.behind,
                "message": check.message,
                "differences": [difference.to_json() for difference in check.differences],
            }
            for check in verification.builds
        ],
    }


def verification_screen(verification: "Verification", against: str) -> Iterator[RenderableType]:
    """For people: each build that drifts with what differs, and the sums. ``against`` is what SQL was compared with."""
    for check in verification.builds:
        yield (
            text("✗ ", "red")
            .append(text(check.build_id, "bold"))
            .append(text(f"  {check.message}" if check.message else "", "default"))
        )
        yield from _differences(check.differences)
    sums = [f"{verification.matching} of {verification.checked} builds say the same as {against}"]
    if verification.drifted:
        sums.append(f"{verification.drifted} drift")
    if verification.unreadable:
        sums.append(f"{verification.unreadable} histories cannot be read")
    if verification.behind:
        sums.append(f"{verification.behind} have entries on their way")
    if verification.unverifiable:
        sums.append(f"{verification.unverifiable} are no longer in Temporal: their own hash chains hold")
    mark = text("✓ ", "green") if verification.holds else text("✗ ", "red")
    yield mark.append("; ".join(sums) + ".", "default")


def audit_screen(verification: "Verification") -> Iterator[RenderableType]:
    """As :func:`verification_screen`, of journals that were checked by themselves."""
    for check in verification.builds:
        yield text("✗ ", "red").append(text(check.build_id, "bold"))
        yield from _differences(check.differences)
    mark = text("✓ ", "green") if verification.holds else text("✗ ", "red")
    yield mark.append(f"The hash chains of {verification.matching} of {verification.checked} builds hold.", "default")


def repairs_json(repairs: "Repairs") -> dict[str, Any]:
    """For programs."""
    return {
        **{name: getattr(repairs, name) for name in ("checked", "mended", "removed", "left", "rows")},
        "builds": [
            {
                "build_id": repair.build_id,
                "deed": repair.deed.value,
                "former": repair.former,
                "message": repair.message,
                "differences": [difference.to_json() for difference in repair.differences],
            }
            for repair in repairs.builds
        ],
    }


def repairs_screen(repairs: "Repairs") -> Iterator[RenderableType]:
    """For people."""
    for repair in repairs.builds:
        good = repair.deed.value != "left"
        shown = text("✓ " if good else "✗ ", "green" if good else "red").append(text(repair.build_id, "bold"))
        shown.append(text(f"  {repair.deed.value}", "dim"))
        yield shown.append(text(f": {repair.message}" if repair.message else "", "default"))
        yield from _differences(repair.differences)
        if repair.former:
            yield text(f"    {repair.former} rows of runs that were reset away", "dim")
    sums = [f"{repairs.checked} builds looked at", f"{repairs.mended} mended", f"{repairs.rows} rows written"]
    if repairs.removed:
        sums.append(f"{repairs.removed} removed")
    if repairs.left:
        sums.append(f"{repairs.left} differ still")
    mark = text("✗ ", "red") if repairs.left else text("✓ ", "green")
    yield mark.append("; ".join(sums) + ".", "default")


def _differences(differences: Sequence["RowDifference"]) -> Iterator[Text]:
    for difference in differences[:_MOST_SHOWN]:
        yield text(f"    {line(str(difference), 300)}", "dim")
    if len(differences) > _MOST_SHOWN:
        yield text(f"    and {len(differences) - _MOST_SHOWN} more (--json has them)", "dim")
