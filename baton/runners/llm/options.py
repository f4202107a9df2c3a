"""What a profile may say of a role that a model plays."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, field_validator, model_validator

from baton.runners.base import RunnerOptions
from baton.runners.durations import Duration
from baton.runners.launcher import EnvName
from baton.runners.toolchain.test_command import TestOptions

ModelName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9/-]*:[^\s\x00-\x1f]+$", max_length=200)]
"""The name of a model as pydantic-ai has it: ``provider:model``."""

NETWORK_VARIABLES = frozenset(
    {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"}
)  # fmt: skip
"""Variables that say how the network is reached; all others that a profile names belong to the provider."""


class LlmOptions(RunnerOptions):
    """Options of a role with ``runner = "llm"``.

    The model is named in ``model``, or by the worker's variable that ``model_from`` names. ``env`` names the worker's
    variables that its provider gets: the API key first of all, and how the network is reached. ``instructions`` and
    the file ``instructions_file`` of the worker are the team's own words, and orders to the model as Baton's are.
    ``request_timeout`` is for one answer. ``tools`` says whether it may look into the workspace.
    """

    model: ModelName | None = None
    model_from: EnvName | None = None
    base_url: str | None = None
    env: tuple[EnvName, ...] = ()
    instructions: Annotated[str, StringConstraints(max_length=20_000)] = ""
    instructions_file: Path | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    max_output_tokens: int | None = Field(default=None, ge=256)
    request_timeout: Duration = timedelta(minutes=10)
    tools: bool = True

    @model_validator(mode="after")
    def _one_model(self) -> "LlmOptions":
        if self.model is not None and self.model_from is not None:
            raise ValueError("give 'model' or 'model_from', not both")
        if self.model is None and self.model_from is None:
            raise ValueError(
                "needs 'model' (such as \"anthropic:claude-sonnet-5-5\") or 'model_from' (a variable's name)"
            )
        return self

    @field_validator("base_url")
    @classmethod
    def _an_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("an address begins with http:// or https:// and names a host")
        if parts.username or parts.password:
            raise ValueError("no user or password in an address: name the variable that holds the key in 'env'")
        return value

    @field_validator("instructions_file")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_absolute():
            raise ValueError("the path of a file of the worker is absolute")
        return value


class CodeWriterOptions(LlmOptions):
    """Options of a code writer that is a model.

    ``tests`` says how its tests are run when it asks for that: as the test auditor's options do. ``test_timeout`` is
    for one such run.
    """

    tests: TestOptions = TestOptions()
    test_timeout: Duration = timedelta(minutes=10)

    @model_validator(mode="after")
    def _can_write(self) -> "CodeWriterOptions":
        if not self.tools:
            raise ValueError("a code writer without tools can write nothing; leave 'tools' out")
        shared = sorted(set(self.env) & set(self.tests.env))
        if shared:
            raise ValueError(
                f"the code that a model wrote must not see {', '.join(shared)}: take it out of 'tests.env'"
            )
        return self
