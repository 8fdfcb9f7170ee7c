"""Losses of a margin, and penalties on the weights: pure functions that know nothing of X."""
