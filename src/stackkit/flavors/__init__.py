"""The flavors that come with stackkit: leaves that import the core and their component type, and no other flavor."""
