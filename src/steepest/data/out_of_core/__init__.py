"""Rows that are not held in memory: files read unit by unit, in a few passes.

`sources` says what is streamed and as which `units` (row groups of a Parquet file, say, of
`file_units`), whose types `schemas` unifies over all files before a number is used; those of an
Arrow file are `arrow_rows`. The `first_pass` reads everything once: `digests` of each column, a
sample drawn by a hash of each row's place (`places`), and the numbers themselves where they can be
written as they come. `prepare` makes Data of that, as `steepest.data.from_table` does of a table,
of the `asked_columns`; the rows are `stored_rows`, in a `scratch` file or decoded anew each pass
(`unit_rows`) or kept by name (`kept_cache`, with the levels of its `dictionaries`), and are dealt
out by `stored_blocks`. What is more than numbers becomes so in a `second_pass`, judged by
`evidence`; `needed` says which rows are left, `kept_back` which are to measure on. `limits` say how
much memory there is, `open_source` which of all that may be given is read so, `data_files` which
names of files, `spool` what is read but once.
On a `cluster` workers hold the rows (`cluster_pass`), of a data frame of Dask too (`dask_frames`).
"""
