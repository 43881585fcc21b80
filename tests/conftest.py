"""Environment of all tests, set before NumPy is imported, and the profile of Hypothesis."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as app.py does

from hypothesis import settings

# A busy machine is no fault of the engine; equal examples every time make a red run repeatable.
settings.register_profile("repeatable", deadline=None, derandomize=True, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
