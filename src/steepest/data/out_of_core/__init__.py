"""Rows that are not held in memory: files read unit by unit, in a few passes.

`sources` says what is streamed and as which `units` (a row group of a Parquet file, say), whose
types `schemas` unifies over all files before a number is used. The `first_pass` reads everything
once: `digests` of each column, a sample drawn by a hash of each row's place (`places`), and the
numbers themselves where they can be written as they come. `prepare` makes Data of that, as
`steepest.data.from_table` does of a table; the rows are `stored_rows`, in a `scratch` file or
decoded anew each pass (`unit_rows`), and are dealt out by `stored_blocks`.
"""
