"""Commands that one component type has, and no other."""
