"""Losses that are straight on both sides of a kink: the absolute loss, and that of a quantile.

`smoothed` is their Moreau envelope of a width, of which Newton's steps and a proved lower bound
come (`smoothed_newton`), for many rows from few of them (`fewer_rows`); `vertex` leads from where
some rows are at their kinks to where others are; `face` says how far params may go at the bottom
with no change of the loss, by the `furthest` point of a polyhedron.
"""
