"""Artifacts: the values between steps, and how they are kept."""
