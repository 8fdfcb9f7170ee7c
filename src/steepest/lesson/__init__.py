"""The lesson as slides, hand-out, quiz and learning package; and what a class made of it.

`lesson` is the record that all are made from: its `walks` are runs, its `race` those without and
with momentum, `values` the numbers in its sentences, which `written` fills in, those of its
arithmetic by `sums`; `lecture` has the order of the slides, `settings` what its author said of it,
checked by `toml_values`, `own_data` the rows that are named for one part of it, `source_notes`
where its rows are from, and `own_slide` is one of the author's own, in the `markdown` of CommonMark
and in `own_parts` that fit, `questions` that of a link. `pictures` draws, with `stages` saying how
far it has come, and `bowl`, `diagrams` and `marks` what it draws with; `alternative` tells the
pictures in words, `tables` has the tables. `powerpoint` writes slides, on those of `template`, with
each `slide_table` and the `film`, and `handout` sheets, with own slides by `handout_slides`.
`tasks` has the tasks with their answers, those of the author by `arithmetic`, which `quiz` and
`scorm` write for learning management systems. `doors` chooses by a file's ending, `display` is the
page in a notebook. `classroom` runs the links of a class again, and `class_figure` draws them over
one surface.
"""
