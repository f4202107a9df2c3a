"""Read tables of a profile strictly: a text is no number, and a misspelt key is not silently lost."""

import json
from typing import Any, TypeVar

from pydantic import BaseModel

Model = TypeVar("Model", bound=BaseModel)


def validated(model: type[Model], data: dict[str, Any]) -> Model:
    """``data``, as TOML has it, as a ``model``. Raises ``ValidationError``."""
    # By way of JSON: only there does pydantic's strict mode take text for an enum and an array for a tuple.
    return model.model_validate_json(json.dumps(data, default=str), strict=True)
