"""JSON Schema of what documents hold."""
