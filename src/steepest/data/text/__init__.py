"""Text files: CSV, TSV and their kin, as Excel, R, pandas and people write them.

`read` makes a table of a file: `dialect` looks at its first lines, for the letters (`encoding`),
delimiter, names and `units`; `text_file` has Arrow read it, a long one by `pieces`, where `quotes`
tell the ends of rows; `number_marks` reads numbers that are written with marks, and `leading_zeros`
finds codes that are none. `reading` is what the reader says of all that.
"""
