"""A run in words, tables, figures and films.

`scene.py` gathers all that is said and shown into one plain record; everything else here reads
that record and nothing more. `words.py`, `captions.py` and `table.py` say it. `fit.py`,
`relief.py` and `chart.py` draw one panel each (`panel.py` says what that is, `shading.py` how the
surface is coloured), `figure.py` sets them on a page and `film.py` lets them move. `style.py` holds
the colours and the type.
"""
