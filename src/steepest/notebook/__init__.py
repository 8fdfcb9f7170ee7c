"""The page in a notebook, as a widget: the only room that knows anywidget.

It is in `widget`. What a notebook shows where there can be no page is in `run/display.py`.
"""
