"""A run in words, tables, figures and films, made from records and nothing more.

`story` gathers what is said and `scene` what is drawn besides. `words` (`section`, `class_table`,
`step_words`), `metrics`, `captions` and `table` say it; how a run ended is in `ending`, which all
doors share, and above the panels `closing` writes it. `row_story` gathers what one row makes of a
model, `row_words` tells it. `seeds_story`, `seeds_words` and `seeds_figure` are those of several
runs, `rate_story`, `rate_words` and `rate_figure` those of a learning rate, `path_story`,
`path_words` and `path_figure` those of a path over penalties, each figure a `pair` of panels.
`table_look` says what a table holds before any run, `summary_table` is one of a summary. `fit`
(`fit_plane`), `relief` and `chart` draw one panel each (`panel` says what that is, `shading` how
the surface is coloured, `heights` how high it is); `sharpness_panel` has the largest curvature.
`panels` sets them side by side on a `sheet`, in what its words leave free, as a `format` asks;
`figure` is one picture and `film` many. `style` holds the colours and the type, `progress` the bars
on a terminal.
"""
