"""How many examples Hypothesis tries of each law: `pytest --hypothesis-profile=quick` for a first look."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("default", deadline=None)  # it would measure how busy the machine is
settings.register_profile("quick", deadline=None, max_examples=15)
settings.load_profile("default")
