"""The page in a notebook, and what stands in where it cannot be."""
