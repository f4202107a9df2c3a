"""All that is recorded. Each scenario plays one build to its end on a stage of its own."""

from tests.replay import first_rules, forks, lanes, second_rules
from tests.replay.roll import Scenario

SCENARIOS: dict[str, Scenario] = {**first_rules.ROLL, **second_rules.ROLL, **forks.ROLL, **lanes.ROLL}
"""One function for each history. Its name is the history's name, and says what happens in it."""
