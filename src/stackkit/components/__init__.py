"""The component types of the kit: one file each, with its Protocol, its base and its token."""
