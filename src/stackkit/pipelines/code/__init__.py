"""The code of steps: where it is imported from, and what stands for it."""
