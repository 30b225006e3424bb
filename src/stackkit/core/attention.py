"""How long whoever waits may look away."""

from __future__ import annotations

from typing import Final

BEAT: Final = 0.5
"""Seconds after which those who wait in the main thread look up.

A signal that another thread of the process takes wakes nobody, and Python answers Ctrl-C when the main thread runs again.
"""
