"""How many examples Hypothesis tries: `HYPOTHESIS_PROFILE=default|ci|thorough`."""

from __future__ import annotations

import os

from hypothesis import settings

# No profile has a deadline: it would measure how busy the machine is.
settings.register_profile("default", deadline=None)
# A commit has one verdict, on every Python and each time that it is asked for: the examples follow from the test.
settings.register_profile("ci", deadline=None, max_examples=50, derandomize=True, print_blob=True)
settings.register_profile("thorough", deadline=None, max_examples=2000, print_blob=True)

settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
