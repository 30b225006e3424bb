"""Flavors of the secrets manager."""
