"""The live page's server: on this machine only, for whoever has its address.

`guard` turns away whoever lacks the token or comes from elsewhere, `app` says what can be had
(three texts from memory and a socket, no path of this machine), `channel` is one page's socket,
and `serve` listens, opens the browser and ends.
"""

from steepest.server.serve import PORT, serve

__all__ = ["PORT", "serve"]
