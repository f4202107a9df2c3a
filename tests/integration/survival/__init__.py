import pytest

# Its proof is made of assertions: they shall say what differs, as those of a test do.
pytest.register_assert_rewrite("tests.integration.survival.ground")
