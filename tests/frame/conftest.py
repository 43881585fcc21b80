"""The reader without a browser that the pages' tests have."""

from tests.pages.conftest import visit

__all__ = ["visit"]
