"""Readers of files that other programs write, a file a format; `readers` knows them by suffix.

`statistics` reads SPSS, Stata and SAS, `r_objects` what R saves, `arff` tables of Weka
(`arff_attribute` a column of them), `orange` those of Orange, `svmlight` sparse rows, `json_rows`
JSON, `database` SQLite and DuckDB, `numpy_arrays` what NumPy saves. Each returns `contents`:
columns, and what is to be said of them. A reader that needs a package has it from the extra
`tables`. ARFF is read by our own: SciPy 1.17 takes no sparse rows and drops the weights behind rows
without a word, liac-arff 2.5 refuses those weights.
"""
