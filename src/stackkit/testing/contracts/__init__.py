"""Contract suites: pytest classes that a flavor's author subclasses with one fixture, one module for each component type."""
