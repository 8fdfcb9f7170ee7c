"""The coordinates in which steps are taken: the reader's own, standard, whitened."""
