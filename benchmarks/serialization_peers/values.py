"""The values that all libraries read and write."""

from __future__ import annotations

from enum import Enum


class Region(Enum):
    """Where something runs."""

    NORTH = "north"
    SOUTH = "south"
    WEST = "west"
