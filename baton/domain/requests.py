"""What is asked for: the request that starts a build."""

from typing import Annotated, Any

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from baton.domain.jsonvalue import canonical, clean
from baton.domain.model import Value

MAX_REQUEST_BYTES = 256 * 1024
"""The largest request, as JSON. Larger material belongs in the repository that the build works on."""

BUILD_ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
"""Build IDs name folders, git tags and Temporal workflows, so they are plain."""

BuildId = Annotated[str, StringConstraints(pattern=BUILD_ID_PATTERN)]
_PLAIN = r"^[^\x00-\x1f\x7f]+$"
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_PLAIN)]


class BuildRequest(Value):
    """A request for software. ``requirements`` is Markdown text, or an object from a program that has its own form."""

    build_id: BuildId
    project_id: Name
    user_id: Name
    title: Name
    requirements: str | dict[str, Any]
    profile: Name = "local"
    repo: Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=_PLAIN)] | None = Field(
        default=None, description="path or URL of the repository to work on"
    )
    ref: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=_PLAIN)] | None = Field(
        default=None, description="branch, tag or commit of the repository to begin at; none is the profile's"
    )
    metadata: dict[str, Any] = Field(default_factory=dict)

    @field_validator("requirements", "metadata")
    @classmethod
    def _storable(cls, value: Any, info: ValidationInfo) -> Any:
        value = clean(value, where=info.field_name or "value")
        if info.field_name == "requirements" and not (value.strip() if isinstance(value, str) else value):
            raise ValueError("the request is empty: say what is to be built")
        size = len(canonical(value))
        if size > MAX_REQUEST_BYTES:
            raise ValueError(
                f"{size:,} bytes; at most {MAX_REQUEST_BYTES:,} are taken. Put large material into the repository"
            )
        return value

    def differences(self, other: "BuildRequest") -> list[str]:
        """The names of the fields in which ``other`` asks for something else."""
        return [name for name in type(self).model_fields if getattr(self, name) != getattr(other, name)]
