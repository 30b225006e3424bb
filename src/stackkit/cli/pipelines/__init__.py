"""Commands that run pipelines, and look at their runs."""
