"""A strictly typed kit of stack components."""

__version__ = "0.1.0"
