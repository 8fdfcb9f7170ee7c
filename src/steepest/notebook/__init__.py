"""The page in a notebook, and the picture or words where there can be no page."""
