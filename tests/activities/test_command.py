"""A role that is played by a program: what it gets, and everything that can be wrong with what it gives back."""

import json
import os

import pytest
from temporalio.exceptions import ApplicationError

from baton.domain.view import Feedback
from baton.domain.vocabulary import Phase, State
from tests.activities.conftest import Bench
from tests.orders import an_order

ORDER = an_order(Phase.IMPLEMENTATION)


async def _failure(bench: Bench) -> ApplicationError:
    with pytest.raises(ApplicationError) as error:
        await bench.perform(ORDER)
    return error.value


async def test_the_order_comes_on_standard_input_and_by_file(bench: Bench) -> None:
    bench.program(
        """
        import json, os, pathlib, sys
        given = sys.stdin.read()
        assert given == pathlib.Path(os.environ["BATON_ORDER"]).read_text()
        print(json.dumps({"output": json.loads(given)}))
        """
    )
    feedback = Feedback(from_state=State.TESTING, reason="2 failed")
    order = an_order(Phase.IMPLEMENTATION, run_in_phase=2, number=7, feedback=feedback)
    report = await bench.perform(order)
    assert report.output == json.loads(order.model_dump_json())
    assert report.output["feedback"]["reason"] == "2 failed"


async def test_what_the_program_writes_is_committed_by_its_role(bench: Bench) -> None:
    bench.program(
        """
        import pathlib
        pathlib.Path("src").mkdir()
        pathlib.Path("src/adder.py").write_text("x = 1")
        print("working …")
        print('{"summary": "wrote it", "commit": "f00", "tree": "ba4", "anything": [1]}')
        """
    )
    report = await bench.perform(ORDER)
    workspace = await bench.workspace()
    head = await workspace.head()
    assert (report.commit, report.tree) == (head.sha, head.tree)
    assert [file.path for file in await workspace.files(head.sha)] == ["src/adder.py"]
    assert (report.summary, report.model_extra) == ("wrote it", {"anything": [1]})


async def test_the_report_file_wins_over_the_last_line(bench: Bench) -> None:
    bench.program(
        """
        import os, pathlib
        pathlib.Path(os.environ["BATON_REPORT"]).write_text('{"summary": "by file"}')
        print('{"summary": "by line"}')
        """
    )
    assert (await bench.perform(ORDER)).summary == "by file"


async def test_an_empty_report_file_leaves_the_last_line(bench: Bench) -> None:
    bench.program("import os; open(os.environ['BATON_REPORT'], 'w'); print('{\"summary\": \"by line\"}\\n\\n')")
    assert (await bench.perform(ORDER)).summary == "by line"


async def test_only_what_the_profile_names_is_in_the_environment(bench: Bench) -> None:
    bench.environment = {**bench.environment, "TOKEN": "t-12345", "OTHER": "o-123456"}
    bench.program(
        "import json, os; print(json.dumps({'output': dict(os.environ)}))",
        options='env = ["TOKEN", "NOT_SET"]\nset_env = { MODE = "fast" }',
    )
    seen = (await bench.perform(ORDER)).output
    assert (seen["TOKEN"], seen["MODE"]) == ("t-12345", "fast")
    allowed = {"PATH", "HOME", "LANG", "TMPDIR", "BATON_ORDER", "BATON_REPORT", "TOKEN", "MODE"}
    assert set(seen) - {"PWD", "LC_CTYPE"} == allowed
    assert seen["HOME"] != os.environ.get("HOME")


async def test_a_phase_can_have_a_command_of_its_own(bench: Bench) -> None:
    bench.profile(
        q_assistant="""
        runner = "command"
        command = ["{python}", "-c", "print('{{}}')"]
        phases.planning.command = ["{python}", "-c", "print('{{\\"summary\\": \\"planned\\"}}')"]
        """
    )
    assert (await bench.perform(an_order(Phase.DISCOVERY))).summary == ""
    assert (await bench.perform(an_order(Phase.PLANNING, number=2))).summary == "planned"


async def test_a_command_can_come_from_the_workers_environment(bench: Bench) -> None:
    bench.profile(code_writer='runner = "command"\ncommand_from = "WRITER"')
    bench.environment = {**bench.environment, "WRITER": """python -c 'print("{\\"summary\\": \\"here\\"}")'"""}
    assert (await bench.perform(ORDER)).summary == "here"


@pytest.mark.parametrize(
    ("value", "told"), [("", "'WRITER', and it is not set"), ("it's", "'WRITER' is no command line")]
)
async def test_a_variable_that_holds_no_command_is_told_by_name(bench: Bench, value: str, told: str) -> None:
    bench.profile(code_writer='runner = "command"\ncommand_from = "WRITER"')
    bench.environment = {**bench.environment, "WRITER": value}
    failure = await _failure(bench)
    assert (failure.type, failure.non_retryable) == ("runner_misconfigured", True)
    assert told in failure.message


async def test_a_failed_program_is_quoted_and_tried_again(bench: Bench) -> None:
    bench.environment = {**bench.environment, "KEY": "sk-verysecret"}
    bench.program(
        """
        import os, pathlib, sys
        pathlib.Path("half-done.py").write_text("")
        print("\\x1b[31mno credit left for", os.environ["KEY"], file=sys.stderr)
        print('{"summary": "all is well"}')
        sys.exit(3)
        """,
        options='env = ["KEY"]',
    )
    failure = await _failure(bench)
    assert (failure.type, failure.non_retryable) == ("runner_failed", False)
    assert failure.message.endswith("ended with exit code 3. Its last lines:\n  | no credit left for ***")
    assert list((await bench.workspace()).tree.iterdir()) == []


async def test_a_program_that_is_killed_is_told_with_the_signal(bench: Bench) -> None:
    bench.program("import os, signal; os.kill(os.getpid(), signal.SIGTERM)")
    failure = await _failure(bench)
    assert failure.type == "runner_failed"
    assert "ended by signal 15 (SIGTERM)" in failure.message


async def test_a_program_that_takes_too_long_is_stopped(bench: Bench) -> None:
    bench.program("import time; print('still thinking', flush=True); time.sleep(60)", options='timeout = "1s"')
    failure = await _failure(bench)
    assert (failure.type, failure.non_retryable) == ("runner_timed_out", False)
    assert "was stopped after 1 s. Its last lines:\n  | still thinking" in failure.message


async def test_a_program_that_is_not_there_is_no_reason_to_retry(bench: Bench) -> None:
    bench.profile(code_writer='runner = "command"\ncommand = ["no-such-agent", "--print"]')
    failure = await _failure(bench)
    assert (failure.type, failure.non_retryable) == ("runner_misconfigured", True)
    assert "'no-such-agent' cannot be run here" in failure.message


@pytest.mark.parametrize("option", ["readable", "writable"])
async def test_a_folder_that_the_worker_lacks_is_told(bench: Bench, option: str) -> None:
    bench.profile(code_writer=f'runner = "command"\ncommand = ["true"]\n{option} = ["/no/such/folder"]')
    failure = await _failure(bench)
    assert (failure.type, failure.non_retryable) == ("runner_misconfigured", True)
    assert "'/no/such/folder', and that is no absolute path of this worker" in failure.message


async def test_an_example_that_the_worker_lacks_is_told(bench: Bench) -> None:
    bench.examples = None
    bench.profile(code_writer='runner = "command"\ncommand = ["{examples}/agent"]')
    failure = await _failure(bench)
    assert failure.type == "runner_misconfigured"
    assert "needs {examples}, and this worker has none" in failure.message


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("", "gave no report. Have it write one"),
        ("print('all done')", "its last line of output is not JSON"),
        ("print('[1, 2]')", "a report is a JSON object, not a list"),
        ("print('null')", "a report is a JSON object, not a NoneType"),
        ("print('{\"tests_run\": -1}')", "tests_run: Input should be greater than or equal to 0"),
        ('print(\'{"verdict": "splendid"}\')', "verdict: Input should be 'passed' or 'rejected'"),
        ("print('{\"test_coverage\": NaN}')", "which JSON cannot carry"),
        ("print('{\"x\": ' + '[' * 100000 + ']' * 100000 + '}')", "is no"),
        ("print('{\"x\": ' + '9' * 5000 + '}')", "is no"),
        ('import sys; sys.stdout.buffer.write(b\'{"x": "\\xff"}\')', "is not JSON"),
        (
            'print(\'{"build_id": "another"}\')',
            "reported for another order: build_id is 'another', and this is 'adder-1'",
        ),
        ("print('{\"number\": 99}')", "reported for another order: number is 99, and this is 1"),
        ("import os; os.symlink('/etc/hostname', os.environ['BATON_REPORT'])", "cannot be read"),
        ("import os; os.mkfifo(os.environ['BATON_REPORT'])", "other than a plain file"),
        ("import os; os.mkdir(os.environ['BATON_REPORT'])", "other than a plain file"),
    ],
)
async def test_what_is_no_report_is_told_and_not_retried(bench: Bench, source: str, told: str) -> None:
    bench.program(source)
    failure = await _failure(bench)
    assert (failure.type, failure.non_retryable) == ("report_unreadable", True)
    assert told in failure.message
    assert len(failure.message) < 5000


@pytest.mark.parametrize(
    "source",
    [
        "print('{\"summary\": \"' + 'x' * 300_000 + '\"}')",
        "print('{\"summary\": \"' + 'x' * 3_000_000 + '\"}')",
        "import os; open(os.environ['BATON_REPORT'], 'w').write('{\"summary\": \"' + 'x' * 3_000_000 + '\"}')",
        "import os; open(os.environ['BATON_REPORT'], 'w').write('x' * 20_000_000)",
    ],
)
async def test_a_report_that_is_too_large_is_refused_once(bench: Bench, source: str) -> None:
    bench.program(source)
    failure = await _failure(bench)
    assert (failure.type, failure.non_retryable) == ("report_too_large", True)
    assert "262,144" in failure.message
    assert len(failure.message) < 1000


async def test_a_flood_of_output_does_not_hide_the_report(bench: Bench) -> None:
    bench.program("print(('chatter ' * 1000 + '\\n') * 500); print('{\"summary\": \"done\"}')")
    assert (await bench.perform(ORDER)).summary == "done"


async def test_the_stand_in_of_the_example_plays_the_code_writer(bench: Bench) -> None:
    bench.profile(
        code_writer="""
        runner = "command"
        command = ["{python}", "{examples}/wordcount/code_writer.py"]
        set_env = { STAND_IN_SECONDS = "0" }
        """
    )
    report = await bench.perform(ORDER)
    assert report.output["attempt"] == 1
    assert "src/wordcount/words.py" in [
        file.path for file in await (await bench.workspace()).files(report.commit or "")
    ]
