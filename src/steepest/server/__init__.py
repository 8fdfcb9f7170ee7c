"""The live page's server: on this machine only, for whoever has its address.

`guard.py` turns away whoever lacks the token or comes from elsewhere, `app.py` says what can be had
(three texts from memory and a socket, no path of this machine), `channel.py` is one page's socket,
and `serve.py` listens, opens the browser and ends.
"""

from steepest.server.serve import PORT, serve

__all__ = ["PORT", "serve"]
