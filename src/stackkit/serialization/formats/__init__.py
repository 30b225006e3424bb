"""Formats: JSON, YAML, TOML and MessagePack."""
