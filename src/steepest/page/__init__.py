"""The page: the record that it reads, and how its modules become one text.

`record` is the only place that says what a page gets, with `run_record` for a run and
`surface_record` for a surface; `schema` has their types, `replay` says which runs a page can walk
again by itself, `wire` writes a record down, `link` reads the state in the link of a page,
`look` says how one opens, `needed` which code it can use and
`standing_rows` the few rows whose squared loss is that of all.
`rowless` is the record of a run without a table, `few_coordinates` what it tells of a path through
many params; `lesson` has the builds of the lecture, their sentences and their rows. `joiner` makes
one text of the ES modules in `web/`, and `html` a file, or the parts that a server or a notebook
hands out. `web/` knows no Python: it sees a record and an engine.
"""
