"""Pipelines: steps that are wired by calling them, compiled into values, and run on a stack."""
