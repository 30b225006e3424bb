"""Flavors of the alerter."""
