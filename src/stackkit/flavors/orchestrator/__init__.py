"""Flavors of orchestrators."""
