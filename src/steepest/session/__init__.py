"""One reader's questions, answered without knowing how the words travel.

`request` reads what a page asks and refuses what cannot be, `fault` says what nobody expected,
`plane` finds the plane that is asked for by a word; `opening` makes data, target and features of
what the reader has, and walks a first run on them; `session` answers. A server and a notebook each
give it a channel.
"""

from steepest.session.session import Session

__all__ = ["Session"]
