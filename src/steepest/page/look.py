"""How a page opens: its title, theme, language, a text above all, and what is hidden from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from steepest.errors import ChoiceError
from steepest.page.lesson.builds import sentences

__all__ = ["HIDDEN", "PAGE_THEMES", "PageLook"]

PAGE_THEMES = ("auto", "light", "dark", "projector")
"""The themes of a page; auto is the reader's own, light or dark."""

HIDDEN = (
    *("fit", "relief", "map", "chart", "network", "sharpness", "steepness"),
    *("lesson", "theme", "keep", "steps", "speed", "slow", "presets", "data", "start", "params"),
    *("rate", "rule", "loss", "scale", "plane", "batch", "rows", "knobs", "runs", "check"),
    *("table", "tasks", "steps-table"),
)
"""What can be hidden from a page: its pictures, then its controls."""


@dataclass(frozen=True)
class PageLook:
    """How a page opens; what is empty is as it is usually.

    `title` heads it, `text` stands above all, `hide` names what of `HIDDEN` is not shown, `lang` is
    the language of its lesson, in place of the browser's. ChoiceError for what cannot be.
    """

    title: str = ""
    text: str = ""
    theme: str = "auto"
    hide: Sequence[str] = ()
    lang: str = ""

    def __post_init__(self) -> None:
        for name in ("title", "text", "lang"):
            if not isinstance(getattr(self, name), str):
                raise ChoiceError(f"{name} is {getattr(self, name)!r}, but it is a text")
        hide = (self.hide,) if isinstance(self.hide, str) else self.hide
        if not isinstance(hide, Sequence) or not all(isinstance(one, str) for one in hide):
            raise ChoiceError(
                f"hide is {self.hide!r}, but it is a list of names, such as ['rate', 'tasks']"
            )
        object.__setattr__(self, "hide", tuple(hide))
        if self.theme not in PAGE_THEMES:
            known = ", ".join(PAGE_THEMES)
            raise ChoiceError(f"theme is {self.theme!r}, but that of a page is one of {known}")
        unknown = [name for name in self.hide if name not in HIDDEN]
        if unknown:
            named = ", ".join(name or "''" for name in unknown)
            raise ChoiceError(
                f"hide names {named}, but a page has no such part; what can be hidden: "
                f"{', '.join(HIDDEN)}"
            )
        if self.lang:
            sentences(self.lang)

    @property
    def link(self) -> str:
        """The state in which it opens, as in the fragment of an address.

        >>> PageLook(hide=["rate", "tasks"], text="Look & see").link
        'v=1&hide=rate,tasks&text=Look%20%26%20see'
        """
        theme = "" if self.theme == "auto" else self.theme
        said = {"theme": theme, "hide": ",".join(self.hide), "text": self.text}
        pairs = [f"{key}={quote(value, safe=',')}" for key, value in said.items() if value]
        return "&".join(["v=1", *pairs]) if pairs else ""
