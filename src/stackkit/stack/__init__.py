"""Stacks: components that work together, at most one of each type."""
