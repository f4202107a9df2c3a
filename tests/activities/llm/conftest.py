"""A worker whose roles are played by a scripted model, over real HTTP."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from baton.domain.attempts import Budget
from baton.domain.reports import PhaseReport
from baton.domain.steps import PhaseOrder
from baton.domain.vocabulary import Phase
from tests.activities.conftest import Bench
from tests.modelserver import Always, Call, ModelServer, Turn
from tests.modelserver.fixture import ModelServers, model_server
from tests.orders import an_order

__all__ = ["model_server"]

KEY = "sk-model-0123456789-not-to-be-shown"
CLAUDE = "anthropic:claude-sonnet-5-5"
GPT = "openai-chat:gpt-4o"

DONE = Call("report", {"summary": "wrote it", "proofs": [{"criterion": "AC-1", "tests": ["tests.test_a::test_b"]}]})
_QUIET = 'set_env = { PYTEST_DISABLE_PLUGIN_AUTOLOAD = "1" }\n'
# What Baton executes itself beside a model: a model that judges is asked here whatever comes of it.
EXECUTED = {
    "code_writer": f"[roles.code_writer.tests]\n{_QUIET}",
    "test_auditor": f'[roles.test_auditor.checks]\nask = "always"\n{_QUIET}',
    "verification_overseer": '[roles.verification_overseer.checks]\nask = "always"\nruff = false\nbandit = false\n',
}


@dataclass
class Stage:
    """Has one role played by a model, and performs orders as a worker does."""

    bench: Bench
    servers: ModelServers
    server: ModelServer | None = None

    def plays(self, role: str, *turns: Turn | Always, model: str = CLAUDE, options: str = "", **server: Any) -> None:
        """Have ``role`` played by ``model``, which plays ``turns``."""
        self.server = self.servers(*turns, **server)
        self.use(role, model=model, options=options)

    def use(self, role: str, *, model: str = CLAUDE, options: str = "") -> None:
        """Write the profile."""
        assert self.server is not None
        address = self.server.openai_url if model.startswith("openai") else self.server.url
        table = f'runner = "llm"\nmodel = "{model}"\nbase_url = "{address}"\nenv = ["MODEL_KEY"]\n{options}'
        self.bench.profile(**{role: table, "rest": EXECUTED.get(role, "")})

    async def perform(self, order: PhaseOrder, attempt: int = 1) -> PhaseReport:
        environment = ActivityEnvironment()
        environment.info = replace(environment.info, attempt=attempt)
        return await self.bench.perform(order, environment)

    async def fails(self, order: PhaseOrder, attempt: int = 1) -> ApplicationError:
        """The failure of an attempt that must fail."""
        with pytest.raises(ApplicationError) as error:
            await self.perform(order, attempt)
        return error.value

    @property
    def asked(self) -> int:
        """How often the model was asked."""
        assert self.server is not None
        return len(self.server.asked)

    def results(self, number: int) -> list[str]:
        """What the tools gave back with the request ``number``, from 1."""
        assert self.server is not None
        return [result.text for result in self.server.asked[number - 1].conversation.new_results]


@pytest.fixture
def stage(bench: Bench, model_server: ModelServers) -> Stage:
    bench.environment = {**bench.environment, "MODEL_KEY": KEY}
    return Stage(bench, model_server)


def an_implementation(**budget: Any) -> PhaseOrder:
    """The order of most tests."""
    return an_order(Phase.IMPLEMENTATION, budget=Budget(**budget))
