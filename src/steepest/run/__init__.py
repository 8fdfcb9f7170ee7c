"""A run: data, plan, trace and verdicts together; how it is made, and what can be asked of it."""
