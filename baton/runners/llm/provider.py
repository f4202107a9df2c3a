"""The client of a model's provider, made from what the profile names and nothing else."""

import asyncio
import inspect
import os
import re
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

from pydantic_ai.models import Model, create_async_httpx2_client, infer_model
from pydantic_ai.providers import Provider, infer_provider, infer_provider_class
from pydantic_ai.settings import ModelSettings

from baton.runners.failures import RunnerMisconfigured
from baton.runners.llm.options import NETWORK_VARIABLES, LlmOptions
from baton.runners.quoting import last_lines

_KEY = re.compile(r"(?:^|_)(?:KEY|TOKEN)$")
_VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
# Of no use to a provider, and asked for by others at any time.
_PLACES = ("PATH", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "TZ")
_making = threading.Lock()


@dataclass(frozen=True, slots=True)
class Connection:
    """A model that can be asked. ``secrets`` are the values that must not be shown, ``keys`` the variables' names."""

    model: Model
    name: str
    settings: ModelSettings
    secrets: tuple[str, ...]
    keys: tuple[str, ...]


def model_name(options: LlmOptions, environment: Mapping[str, str], role: str) -> str:
    """The model's name, ``provider:model``. Raises RunnerMisconfigured."""
    if options.model is not None:
        return options.model
    variable = options.model_from or ""
    name = environment.get(variable, "").strip()
    if not name:
        raise RunnerMisconfigured(
            f"the profile takes the model that plays {role} from the environment variable {variable!r}, and it is not "
            "set where the worker runs. Set it to a name such as anthropic:claude-sonnet-5-5, start the worker again, "
            "then retry; or name a 'model' in the profile"
        )
    if ":" not in name:
        raise RunnerMisconfigured(
            f"the environment variable {variable!r} names the model {name!r}, and that is no name such as "
            "anthropic:claude-sonnet-5-5. Correct it, start the worker again, then retry"
        )
    return name


@asynccontextmanager
async def connected(options: LlmOptions, environment: Mapping[str, str], role: str) -> AsyncIterator[Connection]:
    """Connect to the model that plays ``role``; its connections are closed at the end. Raises RunnerMisconfigured."""
    name = model_name(options, environment, role)
    spelt = {*options.env, *(one.lower() for one in options.env if one in NETWORK_VARIABLES)}
    named = {variable: value for variable in spelt if (value := environment.get(variable, "").strip())}
    async with AsyncExitStack() as stack:
        try:
            # In a thread: what a provider's client is made of takes seconds to load, and heartbeats go on.
            model = await asyncio.to_thread(infer_model, name, lambda one: _provider(one, options, named, stack))
        except ImportError as error:
            package = name.partition(":")[0].removeprefix("gateway/")
            raise RunnerMisconfigured(
                f"the model {name!r} needs a package that this worker's Python does not have ({error.name}). Install "
                f"it: pip install 'pydantic-ai-slim[{package}]', start the worker again, then retry"
            ) from None
        except RunnerMisconfigured:
            raise
        except Exception as error:
            said = last_lines(str(error).encode(errors="replace"), secrets=named.values())
            raise RunnerMisconfigured(_advice(name, options, said)) from None
        yield Connection(
            model,
            name,
            settings=_settings(model.provider.client if model.provider else None),
            secrets=tuple(named.values()),
            keys=tuple(variable for variable in options.env if variable not in NETWORK_VARIABLES),
        )


def _provider(name: str, options: LlmOptions, named: Mapping[str, str], stack: AsyncExitStack) -> Provider[Any]:
    if name.startswith("gateway/"):
        with _only(named):
            provider = infer_provider(name)
        stack.push_async_exit(provider)
        return provider
    kind = infer_provider_class(name)
    takes = inspect.signature(kind).parameters
    given: dict[str, Any] = {}
    if options.base_url is not None:
        address = next((word for word in ("base_url", "azure_endpoint", "api_base") if word in takes), None)
        if address is None:
            raise RunnerMisconfigured(f"the provider {name!r} has one address of its own: take 'base_url' out")
        given[address] = options.base_url
        # At an address of one's own the key may have any name; a key's name says where it belongs otherwise.
        keys = [value for variable, value in named.items() if _KEY.search(variable)]
        if len(keys) == 1 and "api_key" in takes:
            given["api_key"] = keys[0]
    with _only(named):
        if "http_client" in takes:
            client = create_async_httpx2_client(timeout=options.request_timeout.total_seconds())
            stack.push_async_callback(client.aclose)
            given["http_client"] = client
        provider = kind(**given)
    stack.push_async_exit(provider)
    return provider


def _settings(client: object) -> ModelSettings:
    """Have ``client`` try once: trying again is Temporal's business, and two that do it multiply their attempts."""
    if not hasattr(client, "max_retries"):
        return ModelSettings(max_retries=0)
    # Not by a setting: for that the client is copied at each request, and the copy looks into os.environ anew.
    client.max_retries = 0
    return ModelSettings()


@contextmanager
def _only(named: Mapping[str, str]) -> Iterator[None]:
    """Have the clients that are made meanwhile find the variables ``named``, and none that could be meant for them.

    What they are not given they look for in ``os.environ``: keys, addresses, proxies, headers. The environment of
    the process stays as it is, since changing that is not safe beside other threads; Python's view of it changes.
    """
    with _making:
        whole = os.environ
        places = {variable: whole[variable] for variable in _PLACES if variable in whole}
        os.environ = places | dict(named)  # type: ignore[assignment]  # noqa: B003 - see above
        try:
            yield
        finally:
            os.environ = whole  # noqa: B003 - see above


def _advice(name: str, options: LlmOptions, said: str) -> str:
    wanted = list(dict.fromkeys(_VARIABLE.findall(said)))
    if not wanted:
        return f"the model {name!r} cannot be used: correct 'model' or the other options of the role:\n{said}"
    given = ", ".join(repr(variable) for variable in options.env) or "none"
    return (
        f"the provider of the model {name!r} looks for {' or '.join(wanted)}, and the profile hands on no such "
        f"variable that is set where the worker runs ('env' names {given}). Name it in 'env' of the role, set it where "
        "the worker runs, start the worker again, then retry"
    )
