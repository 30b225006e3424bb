"""The command line: arguments in, calls of a workspace, text out."""
