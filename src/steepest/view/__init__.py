"""How a run is told and drawn: words, tables, figures, films.

`scene.py` gathers all that is told and shown into one plain record; everything else here reads
that record and nothing more. `words.py`, `captions.py` and `table.py` tell it. `fit.py`,
`relief.py` and `chart.py` draw one panel each (`panel.py` says what that is, `ground.py` how the
surface looks), `figure.py` sets them on a page and `film.py` lets them move. `style.py` holds the
colours, `numerals.py` the numbers as a person reads them.
"""
