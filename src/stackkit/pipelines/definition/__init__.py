"""How pipelines are defined: steps, and what calls them."""
