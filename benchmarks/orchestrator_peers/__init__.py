"""What the benchmark of orchestrators runs: processes import it, and a script could not be imported."""
