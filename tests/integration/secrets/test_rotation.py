"""Keys come, change and go while a build is under way."""

import json

from temporalio.worker import Replayer

from baton.domain.actors import Actor
from baton.domain.commands import Advance
from baton.domain.vocabulary import ActorKind, Phase, Role, State
from baton.runtime.client import connect_plainly
from baton.runtime.embedded import EmbeddedTemporal
from baton.runtime.encryption.codec import is_encrypted, key_id_of
from baton.runtime.encryption.conversion import data_converter
from baton.runtime.encryption.key_ring import Key, KeyRing
from gateway.builds import Builds
from gateway.payloads.walking import payloads_in
from gateway.worker.readiness import prepare_namespace
from tests.workflow.stage import GOOD, all_manual, request, stage
from workflows.build import BuildWorkflow

_OLD, _NEW = Key("old", b"o" * 32), Key("new", b"n" * 32)
_STEPS = (
    (KeyRing(), Role.Q_ASSISTANT, State.DISCOVERY),
    (KeyRing((_OLD,)), Role.Q_ASSISTANT, State.PLANNING),
    (KeyRing((_OLD, _NEW)), Role.CODE_WRITER, State.IMPLEMENTATION),
    (KeyRing((_NEW, _OLD)), Role.TEST_AUDITOR, State.TESTING),
)
"""What every process has at that time, and what is reported then."""


async def test_a_build_goes_on_through_all_changes_of_keys(temporal_server: EmbeddedTemporal) -> None:
    somebody, build_id = Actor(kind=ActorKind.PERSON, id="ada"), "rotated"
    used: list[str] = []
    for ring, role, state in _STEPS:
        client = await connect_plainly(temporal_server.address, data_converter=data_converter(ring))
        await prepare_namespace(client)
        async with stage(client, all_manual()):
            builds = Builds(client, answer_seconds=60)
            if not ring:
                await builds.start(request(build_id=build_id))
            report = dict(GOOD[Phase(state)])
            await builds.send(build_id, Advance(actor=somebody, role=role, completed_state=state, result=report))
            assert (await builds.status(build_id)).phases[Phase(state)].report is not None
        history = await client.get_workflow_handle(f"build-{build_id}").fetch_history()
        keys = [key_id_of(one) for event in history.events for one in payloads_in(event) if is_encrypted(one)]
        used.append(keys[-1] if keys else "")
    assert used == ["", "old", "old", "new"]
    replayer = Replayer(workflows=[BuildWorkflow], data_converter=data_converter(KeyRing((_OLD, _NEW))))
    await replayer.replay_workflow(history)
    await client.get_workflow_handle(f"build-{build_id}").terminate()


async def test_a_secret_in_a_report_by_hand_does_not_get_past_the_door(temporal_server: EmbeddedTemporal) -> None:
    secret, somebody = "gh" + "p_" + "a1B2" * 9, Actor(kind=ActorKind.PERSON, id="ada")
    client = await connect_plainly(temporal_server.address)
    async with stage(client, all_manual()):
        builds = Builds(client, answer_seconds=60)
        await builds.start(request(build_id="told-by-hand"))
        report = {**GOOD[Phase.DISCOVERY], "summary": f"cloned with {secret}", "notes": [{secret: 1}]}
        sent = Advance(actor=somebody, role=Role.Q_ASSISTANT, completed_state=State.DISCOVERY, result=report)
        await builds.send("told-by-hand", sent)
        journal = json.dumps([entry.model_dump(mode="json") for entry in await builds.journal("told-by-hand")])
        history = await client.get_workflow_handle("build-told-by-hand").fetch_history()
        await client.get_workflow_handle("build-told-by-hand").terminate()
    assert "cloned with ghp_***" in journal
    assert secret not in journal
    assert not any(secret.encode() in event.SerializeToString() for event in history.events)
