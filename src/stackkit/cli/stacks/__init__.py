"""Commands of stacks."""
