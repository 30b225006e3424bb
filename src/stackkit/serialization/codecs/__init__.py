"""Codecs: how the values of each type are written as builtins, and read from them."""
