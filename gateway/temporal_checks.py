"""Whether Temporal has what builds need: the server, search attributes, and workers on every queue."""

import asyncio
from collections.abc import AsyncIterator

from temporalio.api.workflowservice.v1 import GetSystemInfoRequest
from temporalio.client import Client
from temporalio.service import RPCError

from baton.runtime.diagnosis import reason_of
from baton.runtime.search_attributes import SearchAttributeConflict, missing_search_attributes
from gateway.deployments.checking import check_deployment
from gateway.doctor import Check, Health, worker_check
from gateway.mirroring.schedule import NoSchedule, look
from gateway.task_queues import ACTIVITIES, WORKFLOWS, describe_queue
from gateway.web_ui import WANTED_SEARCH_ATTRIBUTES
from gateway.worker.duties import Duty


async def check_temporal(client: Client, *, deployment: str | None = None) -> AsyncIterator[Check]:
    """All checks of a server that answers; with the versions of the workers' ``deployment``, if they belong to one."""
    try:
        info = await client.workflow_service.get_system_info(GetSystemInfoRequest())
        yield Check("temporal", Health.OK, f"{client.service_client.config.target_host}, server {info.server_version}")
        yield Check("namespace", Health.OK, client.namespace)
    except RPCError as error:
        yield Check("temporal", Health.FAILED, reason_of(error), "start it", unreachable=True)
        return
    yield await _search_attributes(client)
    yield await _mirror(client)
    for check in await asyncio.gather(*(_queue(client, duty) for duty in Duty)):
        yield check
    if deployment is not None:
        for check in await check_deployment(client, deployment):
            yield check


async def _search_attributes(client: Client) -> Check:
    name = "search attributes"
    try:
        missing = await missing_search_attributes(client, WANTED_SEARCH_ATTRIBUTES)
    except SearchAttributeConflict as error:
        return Check(name, Health.FAILED, str(error), "see there")
    except RPCError as error:
        return Check(name, Health.WARNING, f"cannot be seen: {reason_of(error)}", f"see that {_names()} exist")
    if missing:
        return Check(name, Health.FAILED, f"missing: {', '.join(missing)}", "start a worker: it adds them")
    return Check(name, Health.OK, _names())


async def _mirror(client: Client) -> Check:
    """What came of the last check of the mirror, where it is checked on a schedule."""
    name = "mirror"
    try:
        standing = await look(client)
    except NoSchedule:
        return Check(name, Health.OK, "not checked on a schedule: python starter.py mirror schedule create")
    except RPCError as error:
        return Check(name, Health.WARNING, f"its schedule cannot be seen: {reason_of(error)}")
    last = standing.last
    if last is None:
        return Check(name, Health.OK, "checked on a schedule; no check has ended yet")
    when = f"{last.started_at:%Y-%m-%d %H:%M} UTC"
    if last.checked is None:
        return Check(name, Health.WARNING, f"the check of {when} failed", "see it in Temporal: " + last.workflow_id)
    if not last.checked.holds:
        return Check(name, Health.WARNING, f"{when}: {last.checked.message}", "python starter.py mirror repair --all")
    paused = ", and paused since" if standing.paused else ""
    return Check(name, Health.OK, f"SQL held against Temporal's histories on {when}{paused}")


async def _queue(client: Client, duty: Duty) -> Check:
    queue = duty.queue
    try:
        answer = await describe_queue(client, queue, ACTIVITIES if duty.plays_a_role else WORKFLOWS)
    except RPCError as error:
        return Check(f"queue {queue}", Health.WARNING, f"cannot be seen: {reason_of(error)}")
    return worker_check(duty, len(answer.pollers))


def _names() -> str:
    return ", ".join(WANTED_SEARCH_ATTRIBUTES)
