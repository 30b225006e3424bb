"""Commands of the workspace itself."""
