"""From what the reader has to the numbers that a descent needs, and back.

`table` reads any table: `text` those in CSV and the like, `frames` those in memory (`objects` value
by value), `spreadsheet` those of Excel, `readers` files of other programs, `streams` what is piped
in; `reader_process` reads what came from a page in another process, `file_size` says beforehand how
large it is. `columns` knows what a column holds (`arrow` as NumPy has it), `categories` which
of words are categories, `float_types` what rows are computed with, `exact` and `span` which numbers
have no room there, `dates` what days become.
`features` (each a `column`) and `target` turn columns, or `terms` of them, into X and y and
remember how (`from_table`), `arrays` takes X and y as they are (`from_arrays`) and `array_blocks`
as blocks, `weights`, `exposure` and `class_weight` say how much a row counts, `held_out` which rows
are kept back (`split`, `folds`), `gaps` counts what is missing (`table_gaps` in a table),
`left_out` leaves it out, `fill` says what stands for it, and `prepare` joins them to `prepared`
Data; `new_rows` come after training. `suspects` are columns that may be other than they are taken
for, `profile` (`twins`) says what a table holds before a fit, `likely` what could be predicted.
`blocks`, of `block_sizes`, deals the rows out to `threads` (`tree_sum` adds their results in one
fixed order; `blas`, `sparse`, `moments`), `shipped` holds the data sets that come along, `written`
writes tables out; `origin` says where rows came from that no file of a run holds, `read_again`
reads them anew if each file is the one that it was (`stamp`), or a data frame is (`frame_stamp`);
`distinct_files` refuses an output that is an input.
Whatever cannot be used is refused here, by file, line and column, so that no room further on has to
doubt its numbers.
"""
