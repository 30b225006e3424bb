"""Container registries of the kit."""
