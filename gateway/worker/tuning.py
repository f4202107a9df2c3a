"""How much a worker takes on at a time, as the settings say."""

from datetime import timedelta
from typing import NotRequired, TypedDict

from temporalio.worker import (
    FixedSizeSlotSupplier,
    PollerBehavior,
    PollerBehaviorAutoscaling,
    PollerBehaviorSimpleMaximum,
    ResourceBasedSlotConfig,
    ResourceBasedSlotSupplier,
    ResourceBasedTunerConfig,
    WorkerTuner,
)

from baton.domain.vocabulary import Role
from baton.runtime.setting_values import AUTOMATIC, by_role
from baton.runtime.settings import Settings

_USUAL_CPU, _USUAL_MEMORY = 0.9, 0.8
"""What the one may be where only the other is set."""

_RAMP = timedelta(seconds=2)
"""How long a worker looks at what the phase that it took last does to the machine before it takes another one."""

_UNUSED = FixedSizeSlotSupplier(2)


class PhaseOptions(TypedDict):
    """Options of `temporalio.worker.Worker` for the queue of one role."""

    max_concurrent_activities: NotRequired[int]
    tuner: NotRequired[WorkerTuner]
    max_task_queue_activities_per_second: float | None
    activity_task_poller_behavior: PollerBehavior


def phase_options(settings: Settings, role: Role) -> PhaseOptions:
    """How many phases of a role a worker plays at a time, and how many may begin in a second."""
    most = int(by_role(settings.role_slots).get(role, settings.max_concurrent_phases))
    a_minute = by_role(settings.role_rates).get(role)
    options = PhaseOptions(
        max_task_queue_activities_per_second=None if a_minute is None else a_minute / 60,
        activity_task_poller_behavior=pollers(settings),
    )
    if settings.target_cpu is None and settings.target_memory is None:
        options["max_concurrent_activities"] = most
    else:
        options["tuner"] = _as_the_machine_bears(settings, most)
    return options


def pollers(settings: Settings) -> PollerBehavior:
    """How many requests for work wait at Temporal."""
    if settings.pollers == AUTOMATIC:
        return PollerBehaviorAutoscaling()
    return PollerBehaviorSimpleMaximum(int(settings.pollers))


def _as_the_machine_bears(settings: Settings, most: int) -> WorkerTuner:
    """Up to ``most`` phases, one always: a machine that is busy with something else shall not stop all builds."""
    bearable = ResourceBasedTunerConfig(
        target_memory_usage=settings.target_memory or _USUAL_MEMORY, target_cpu_usage=settings.target_cpu or _USUAL_CPU
    )
    slots = ResourceBasedSlotConfig(minimum_slots=1, maximum_slots=most, ramp_throttle=_RAMP)
    return WorkerTuner.create_composite(
        workflow_supplier=_UNUSED,
        activity_supplier=ResourceBasedSlotSupplier(slots, bearable),
        local_activity_supplier=_UNUSED,
        nexus_supplier=_UNUSED,
    )
