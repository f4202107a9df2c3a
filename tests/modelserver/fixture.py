"""The server as a fixture. Import ``model_server`` in a conftest to have it in that folder."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.modelserver.server import ModelServer

ModelServers = Callable[..., ModelServer]


@pytest.fixture
def model_server() -> Iterator[ModelServers]:
    """Starts servers, as ``model_server(Say("Hello."))``. They end after the test, which asks ``assert_done``."""
    with ExitStack() as servers:
        yield lambda *turns, **options: servers.enter_context(ModelServer(*turns, **options))
