"""Data: from what the reader has to the numbers that a descent needs, and back.

`table` reads any table (`text` those in CSV and the like), `columns` knows what a column holds,
`features` and `target` turn columns into X and y and remember how, `arrays` takes X and y as they
are, `gaps` counts what is missing, `prepare` joins them, `rows` deals them out in blocks, and
`shipped` holds the data sets that come along. Whatever cannot be used is refused here, by file,
line and column, so that no room further on has to doubt its numbers.
"""
