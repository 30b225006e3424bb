"""Flavors of metadata stores."""
