"""Files in a folder of this machine, for the flavors that keep something there: never outside of it, whole or not at all."""
