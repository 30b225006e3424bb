"""Runs of pipelines, and of their steps."""
