"""How far to go: step sizes that are fixed, scheduled, searched or solved for."""
