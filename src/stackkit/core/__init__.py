"""The ground that every component stands on; imports nothing of stackkit but its errors."""
