"""Reports that are kept beside the workspace until the build goes on.

A worker can die between the end of a phase and Temporal's word that it heard of it. The next attempt then finds the
report here, and does not perform the phase again.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from baton.domain.reports import PhaseReport
from baton.domain.steps import PhaseOrder


@dataclass(frozen=True, slots=True)
class KeptReports:
    """The reports under ``folder``. ``run_id`` keeps a workflow that was reset on the server from finding old ones."""

    folder: Path
    run_id: str

    def find(self, order: PhaseOrder) -> PhaseReport | None:
        """The report made for exactly this order, or ``None``."""
        try:
            return PhaseReport.model_validate_json(self._file(order).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def keep(self, order: PhaseOrder, report: PhaseReport) -> None:
        """Keep ``report``, and forget those of earlier orders: their build has gone on."""
        self.folder.mkdir(exist_ok=True)
        file = self._file(order)
        draft = file.with_suffix(".new")
        draft.write_text(report.model_dump_json(exclude_unset=True), encoding="utf-8")
        draft.replace(file)
        for other in self.folder.iterdir():
            if other != file:
                other.unlink(missing_ok=True)

    def _file(self, order: PhaseOrder) -> Path:
        key = hashlib.sha256(f"{self.run_id}\n{order.model_dump_json()}".encode()).hexdigest()
        return self.folder / f"{order.number}-{key[:24]}.json"
