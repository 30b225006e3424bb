"""Model deployers, and what the processes of the local one consist of."""
