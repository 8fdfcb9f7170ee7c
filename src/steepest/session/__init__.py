"""A reader's session: what a page asks of Python, answered without knowing how the words travel.

`asked.py` reads what a request says and refuses what cannot be; `opening.py` makes data, target
and features of what the reader has, and walks a first run on them; `session.py` answers. A server
and a notebook each give it a channel.
"""

from steepest.session.session import Session

__all__ = ["Session"]
