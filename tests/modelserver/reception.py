"""What is known of a request without the script: whether it is well-formed, who asks, and what is always answered."""

from dataclasses import replace

from tests.modelserver.delivery import Delivery, as_json
from tests.modelserver.pairing import misfit
from tests.modelserver.request import Kind, Request
from tests.modelserver.wires.registry import AT_ONCE, WIRES
from tests.modelserver.wires.wire import BadRequest


def understood(request: Request) -> Request:
    """The request with its conversation. Raises BadRequest for what the provider would not take either."""
    if request.kind not in (Kind.ANSWER, Kind.COUNT):
        return request
    place = f"{request.method} {request.path}"
    if not isinstance(request.body, dict):
        raise BadRequest(f"{place}: the body has to be a JSON object")
    try:
        conversation = WIRES[request.wire].read(request.path, request.query, request.body)
    except BadRequest as error:
        raise BadRequest(f"{place}: {error}") from error
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        raise BadRequest(f"{place}: malformed: {error!r}") from error
    if request.kind is Kind.ANSWER and (wrong := misfit(conversation, at_once=request.wire in AT_ONCE)):
        raise BadRequest(f"{place}: {wrong}")
    return replace(request, conversation=conversation)


def unscripted(request: Request, models: tuple[str, ...]) -> Delivery:
    """The answer to what is no question to the model."""
    wire = WIRES[request.wire]
    if request.kind is Kind.COUNT:
        return as_json(200, wire.counted(len(request.raw) // 4))
    if request.kind is Kind.MODELS:
        listed = wire.models(request.path, models)
        return as_json(200, listed) if listed else refusal(request, 404, f"no model is named by {request.path}")
    return refusal(request, 404, f"there is nothing at {request.method} {request.path}")


def refusal(request: Request, status: int, message: str) -> Delivery:
    """An error in the form of the request's wire."""
    return as_json(status, WIRES[request.wire].error(status, message, request.new_id("req_")))


def keys_of(request: Request) -> set[str]:
    """The keys that came with the request, whatever way."""
    headers = request.headers
    sent = {headers.get("x-api-key"), headers.get("x-goog-api-key"), request.query.get("key")}
    sent.add(headers.get("authorization", "").removeprefix("Bearer "))
    return {key for key in sent if key}
