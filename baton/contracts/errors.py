"""The ``type`` of each ApplicationError that crosses the wire. Programs may branch on these words.

A refused command fails with its :class:`~baton.domain.vocabulary.RefusalCode` as type.
"""

UNKNOWN_PROFILE = "unknown_profile"  # no profile of that name on the workers
INVALID_PROFILE = "invalid_profile"  # a profile that cannot be read; the message says file, line and key
COMMIT_GONE = "commit_gone"  # the commit that a fork is to begin with is nowhere to be found; its ID stays free
FORK_REFUSED = "fork_refused"  # a fork that its profile or its budgets do not let begin; its ID stays free
BUILD_ABANDONED = "build_abandoned"  # the workflow failed because a person gave the build up

REPORT_TOO_LARGE = "report_too_large"  # the role's report is over the limit; not retried
REPORT_UNREADABLE = "report_unreadable"  # the role's report is not a report; not retried
RUNNER_FAILED = "runner_failed"  # the role's program failed; retried
RUNNER_TIMED_OUT = "runner_timed_out"  # the role's program took too long; retried
NOT_PLAYED_HERE = "not_played_here"  # a quick phase, tried in passing by a process that does not play the role
WORKER_LOST = "worker_lost"  # the worker stopped answering in the middle of a phase, on every attempt
RUNNER_MISCONFIGURED = "runner_misconfigured"  # the profile asks for what cannot be done; not retried
REQUEST_UNUSABLE = "request_unusable"  # the request cannot be built from; not retried
REPOSITORY_NOT_FOUND = "repository_not_found"  # the repository that the request names is not there; not retried
REMOTE_UNREACHABLE = "remote_unreachable"  # the repository that machines share does not answer; retried
REMOTE_REFUSED = "remote_refused"  # the repository that machines share does not let this one in; not retried
SANDBOX_UNAVAILABLE = "sandbox_unavailable"  # the profile requires a sandbox that this machine lacks; not retried
WORKSPACE_BROKEN = "workspace_broken"  # git cannot do what is asked; retried

MODEL_BUSY = "model_busy"  # the model's provider takes no more requests for now; retried, when it says
MODEL_UNAVAILABLE = "model_unavailable"  # the model cannot be reached, or gives no answer; retried
MODEL_REFUSED = "model_refused"  # the provider refuses the key, the model's name or the request; not retried
MODEL_OUTPUT_UNUSABLE = "model_output_unusable"  # the model's report does not have its form; not retried
MODEL_OUT_OF_BOUNDS = "model_out_of_bounds"  # the model keeps reaching out of the workspace; not retried
BUDGET_SPENT = "budget_spent"  # the phase has used up its requests, tokens or money; not retried

BATCH_BROKEN = "batch_broken"  # entries for the mirror that are no piece of their build's journal; not retried
MIRROR_GAP = "mirror_gap"  # entries before these are not in the mirror; details: the sequence expected
MIRROR_FAILED = "mirror_failed"  # the database is away, or its schema is outdated; retried

CHECK_FAILED = "check_failed"  # the mirror could not be compared: Temporal or the database is away; retried

RECEIVER_FAILED = "receiver_failed"  # who is to be told did not take a notice; retried for a day, then parked
NOTICES_UNAVAILABLE = "notices_unavailable"  # the database of the notices is away; retried

NOT_OPENED = (UNKNOWN_PROFILE, INVALID_PROFILE, COMMIT_GONE, FORK_REFUSED)
"""Failures before a build exists: its ID stays free."""
