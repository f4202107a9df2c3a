"""Temporal's workers, put together from their parts: one for each task queue."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import Engine
from temporalio.client import Client
from temporalio.common import VersioningBehavior
from temporalio.worker import Worker

from activities.begin_fork import BeginFork
from activities.check_mirror import MirrorCheck
from activities.compensate_phase import CompensatePhase
from activities.journal_writer import JournalWriter
from activities.load_profile import LoadProfile
from activities.mirror_journal import JournalMirror
from activities.perform_phase import PerformPhase
from activities.played_elsewhere import played_elsewhere
from activities.send_notices import SendNotices
from baton.domain.vocabulary import Role
from baton.runners.catalogue import Profiles
from baton.runtime.settings import Settings
from baton.runtime.workflow_runner import PunctualWorkflowRunner
from baton.store.mirror import Mirror
from baton.webhooks.sender import Sender
from gateway.mirroring.scheduled import verifier
from gateway.worker.duties import Duty
from gateway.worker.measuring.interceptor import measuring
from gateway.worker.measuring.writes import watched
from gateway.worker.surroundings import surroundings_of, workspaces_of
from gateway.worker.tuning import phase_options, pollers
from gateway.worker.versioning import deployment_config
from workflows.build import BuildWorkflow
from workflows.checking import MirrorCheckWorkflow
from workflows.notices import NoticeWorkflow

_STICKY = timedelta(seconds=1)
"""How long a build waits for the worker that has it in memory before another one takes it. As shipped it is 10 s, and
so much longer would every build stand still when its worker was killed."""

_CONCURRENT_TASKS = 8
"""A worker carries builds one at a time, whatever it has taken. What it has taken, and does not come to within seconds,
the server gives to somebody else, who begins from nothing: when many builds move at once, all come to nothing. So the
rest waits at the server, where no time runs out."""

_CONCURRENT_NOTICES = 100
"""Nearly all of an attempt is waiting for the receiver."""


def journal_writer(settings: Settings, engine: Engine) -> JournalWriter:
    """What writes the mirror in this process: all of its workers write through one, and take no more connections."""
    return JournalWriter(Mirror(engine), at_once=settings.mirror_writers, watched=watched())


def phases(
    settings: Settings,
    profiles: Profiles,
    environ: Mapping[str, str],
    *,
    writer: JournalWriter | None = None,
    passing: Collection[Role] = (),
    kind: type[PerformPhase] = PerformPhase,
) -> PerformPhase:
    """What performs phases in this process. ``writer`` is there where the database is, and ``passing`` are the roles of
    which quick phases are done by the worker that carries builds.
    """
    workspaces, surroundings = workspaces_of(settings, environ), surroundings_of(settings, environ)
    return kind(profiles, workspaces, surroundings, writer=writer, passing=frozenset(passing))


def orchestrator(
    client: Client,
    settings: Settings,
    profiles: Profiles,
    engine: Engine,
    *,
    writer: JournalWriter | None = None,
    performing: PerformPhase | None = None,
) -> Worker:
    """The worker that carries builds, writes the mirror and checks it. A build stays on the version that it began with,
    unless it is told to move. ``performing`` is what performs phases, where this process plays roles as well.
    """
    writer = writer or journal_writer(settings, engine)
    beside = frozenset[Role]() if performing is None else performing.passing
    return Worker(
        client,
        task_queue=Duty.ORCHESTRATOR.queue,
        workflows=[BuildWorkflow, MirrorCheckWorkflow],
        workflow_runner=PunctualWorkflowRunner(),
        activities=[
            LoadProfile(profiles, beside).load_profile,
            JournalMirror(writer).mirror_journal,
            MirrorCheck(engine, verifier(client, engine)).check_mirror,
            played_elsewhere if performing is None else performing.perform_phase,
        ],
        sticky_queue_schedule_to_start_timeout=_STICKY,
        max_concurrent_workflow_tasks=_CONCURRENT_TASKS,
        max_cached_workflows=settings.cached_builds,
        workflow_task_poller_behavior=pollers(settings),
        # What waits for the database waits at the server, where it costs no connection and no time of its own.
        max_concurrent_activities=settings.mirror_writers,
        interceptors=measuring(),
        deployment_config=deployment_config(settings, VersioningBehavior.PINNED),
        graceful_shutdown_timeout=timedelta(seconds=settings.graceful_shutdown_seconds),
    )


def notifier(client: Client, settings: Settings, engine: Engine, sender: Sender | None = None) -> Worker:
    """The worker that sends webhooks. Its slots are its own: slow receivers take none of those that builds need.

    What it carries moves to a new version by itself: a receiver that is away for a day keeps no old worker.
    """
    sender = sender or Sender(settings.allowed_networks)
    notices = SendNotices(engine, sender, settings.public_url)
    return Worker(
        client,
        task_queue=Duty.NOTIFIER.queue,
        workflows=[NoticeWorkflow],
        workflow_runner=PunctualWorkflowRunner(),
        activities=[notices.next_notice, notices.deliver_notice, notices.park_notice],
        sticky_queue_schedule_to_start_timeout=_STICKY,
        max_concurrent_workflow_tasks=_CONCURRENT_TASKS,
        max_concurrent_activities=_CONCURRENT_NOTICES,
        interceptors=measuring(),
        deployment_config=deployment_config(settings, VersioningBehavior.AUTO_UPGRADE),
        graceful_shutdown_timeout=timedelta(seconds=settings.graceful_shutdown_seconds),
    )


def players(
    client: Client,
    settings: Settings,
    profiles: Profiles,
    roles: Sequence[Duty],
    environ: Mapping[str, str],
    performing: PerformPhase | None = None,
) -> list[Worker]:
    """The workers that play ``roles``."""
    if not roles:
        return []
    workspaces, surroundings = workspaces_of(settings, environ), surroundings_of(settings, environ)
    performing = performing or phases(settings, profiles, environ)
    undoing = CompensatePhase(profiles, workspaces, surroundings)
    forks = BeginFork(profiles, workspaces, surroundings)
    return [
        Worker(
            client,
            task_queue=role.queue,
            activities=[performing.perform_phase, undoing.compensate_phase, forks.begin_fork],
            **phase_options(settings, Role(role.value)),
            interceptors=measuring(),
            deployment_config=deployment_config(settings),
            max_heartbeat_throttle_interval=timedelta(seconds=settings.heartbeat_seconds),
            graceful_shutdown_timeout=timedelta(seconds=settings.graceful_shutdown_seconds),
        )
        for role in roles
    ]
