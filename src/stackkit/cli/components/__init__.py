"""Commands of component types: flavors, and components of them."""
