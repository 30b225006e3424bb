"""Plots as SVG. The typed libraries that draw are heavy, and the light ones are not kept: this is what we need of one."""
