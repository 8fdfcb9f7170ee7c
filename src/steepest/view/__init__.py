"""How a run is told and drawn: words, tables, figures, films.

`scene.py` gathers all that is shown into one plain record; everything else here reads that record
and nothing more. `words.py` and `table.py` tell it, `panels.py` and `relief.py` draw one picture
each, `figure.py` sets them on a page and `film.py` lets them move. `style.py` holds the colours.
"""
