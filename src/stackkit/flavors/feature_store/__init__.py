"""Flavors of feature stores."""
