"""From what the reader has to the numbers that a descent needs, and back.

`table` reads any table (`text` those in CSV and the like), `columns` knows what a column holds,
`features` and `target` turn columns into X and y and remember how, `arrays` takes X and y as they
are and `array_blocks` as blocks, `weights` says how much a row counts, `gaps` counts what is
missing, and `prepare` joins them. `blocks` deals the rows out to threads (`blas`, `sparse`,
`moments`), `shipped` holds the data sets that come along, `written` writes tables out. Whatever
cannot be used is refused here, by file, line and column, so that no room further on has to doubt
its numbers.
"""
