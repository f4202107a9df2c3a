"""Whatever happens to a build, its story rests on its journal and agrees with it."""

from hypothesis import Phase, settings
from hypothesis.stateful import invariant

from tests.unit.domain.test_machine import Machine
from tests.unit.gateway.story.held import must_hold, must_matter


class StoryMachine(Machine):
    """Everything that can happen to a build, told after each step."""

    told = 0

    @invariant()
    def the_story_rests_on_the_journal(self) -> None:
        while self.told < len(self.entries):
            self.told += 1
            must_hold(self.entries[: self.told])
            must_matter(self.entries[: self.told])


TestStoryMachine = StoryMachine.TestCase
TestStoryMachine.settings = settings(
    max_examples=20, stateful_step_count=30, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate)
)
