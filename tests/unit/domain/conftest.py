"""How much the property tests try: the same few thousand steps on every run, or by hand as many as time allows.

``HYPOTHESIS_PROFILE=thorough python -m pytest tests/unit/domain/test_machine.py`` takes some minutes.
"""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "repeatable",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=100,
    stateful_step_count=40,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("thorough", settings(derandomize=False), max_examples=1200, stateful_step_count=100)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
