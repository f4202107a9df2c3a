"""What the programs of these tests see."""

from tests.integration.doors.conftest import environ

__all__ = ["environ"]
