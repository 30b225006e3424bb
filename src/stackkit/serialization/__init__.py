"""From components to documents and back: strict, complete in its errors, the same in every format."""
