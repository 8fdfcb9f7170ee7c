from hypothesis import settings

# The same examples every time, and as many as a laptop does in a minute.
settings.register_profile("steepest", derandomize=True, deadline=None, max_examples=25)
settings.load_profile("steepest")
