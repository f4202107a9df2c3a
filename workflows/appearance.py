"""What Temporal's own pages show of a build: search attributes and current details. No secret is in either."""

from temporalio import workflow
from temporalio.common import SearchAttributeKey

with workflow.unsafe.imports_passed_through():
    from baton.contracts.names import BUILD_ROLE, BUILD_STATE, PROJECT_ID, USER_ID
    from baton.domain.view import BuildView
    from workflows.details import current_details


class Appearance:
    """Keeps Temporal's pages in step with a build, with as few history events as it takes."""

    def __init__(self) -> None:
        self._shown = -1

    def show(self, view: BuildView) -> None:
        """Show ``view``, if it is news."""
        if view.head.sequence == self._shown:
            return
        self._shown = view.head.sequence
        workflow.set_current_details(current_details(view))
        wanted = {
            BUILD_STATE: view.current_state.value,
            BUILD_ROLE: view.current_role.value if view.current_role is not None else "none",
            PROJECT_ID: view.project_id,
            USER_ID: view.user_id,
        }
        present = workflow.info().typed_search_attributes
        updates = []
        for name, value in wanted.items():
            key = SearchAttributeKey.for_keyword(name)
            if present.get(key) != value:
                updates.append(key.value_set(value))
        if updates:
            workflow.upsert_search_attributes(updates)
