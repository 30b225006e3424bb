"""Flavors of step operators."""
