"""Workspaces: the flavors, components and stacks of a project, kept in a store."""
