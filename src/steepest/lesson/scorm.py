"""The lesson as a learning package: tasks that mark themselves and report, beside its page.

One page talks to either runtime, SCORM 1.2 or 2004; the manifest says for which the package is.
"""

import html
import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from importlib.resources import files

from steepest.errors import ChoiceError
from steepest.files import check_writable, whole_file
from steepest.lesson.lesson import Lesson
from steepest.lesson.tasks import Task, names_of, tasks_of
from steepest.page.joiner import join

__all__ = ["PACKAGES", "VERSIONS", "tasks_page", "write_package"]

PACKAGES = (".zip",)

VERSIONS = ("1.2", "2004")

WEB = files("steepest.lesson") / "web"

LESSON = "lesson.html"

PAGE = """\
<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p><a href="{lesson}" target="_blank" rel="noopener">{lesson_word}</a></p>
<ol></ol>
<p><button type="button" class="main" id="send">{send}</button></p>
<p id="score" role="status"></p>
</main>
<script type="application/json" id="tasks">{tasks}</script>
<script type="module">{script}</script>
</body>
</html>
"""

MANIFEST = """\
<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="steepest-lesson" version="1" {namespaces}>
  <metadata><schema>ADL SCORM</schema><schemaversion>{version}</schemaversion></metadata>
  <organizations default="lesson">
    <organization identifier="lesson">
      <title>{title}</title>
      <item identifier="tasks" identifierref="page"><title>{title}</title></item>
    </organization>
  </organizations>
  <resources>
    <resource identifier="page" type="webcontent" adlcp:{kind}="sco" href="index.html">
      <file href="index.html"/><file href="{lesson}"/>
    </resource>
  </resources>
</manifest>
"""

NAMESPACES: Mapping[str, tuple[str, str, str]] = {
    "1.2": (
        'xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" '
        'xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"',
        "1.2",
        "scormtype",
    ),
    "2004": (
        'xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" '
        'xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3"',
        "2004 4th Edition",
        "scormType",
    ),
}
"""By version: the namespaces of its manifest, what it calls itself, and how it writes the type."""


def write_package(
    lesson: Lesson, page: str, path: str | os.PathLike[str], version: str = "1.2"
) -> None:
    """Write a package, .zip, of the tasks and the lesson's `page`, which is HTML.

    Raises ChoiceError for a version that is none of `VERSIONS`, FileError for what cannot be
    written.
    """
    if version not in VERSIONS:
        raise ChoiceError(f"SCORM has no version {version!r} here; choose {' or '.join(VERSIONS)}")
    check_writable(path, PACKAGES)
    texts = {
        "imsmanifest.xml": _manifest(lesson.title, version),
        "index.html": tasks_page(lesson),
        LESSON: page,
    }
    with whole_file(path) as draft, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in texts.items():
            package.writestr(zipfile.ZipInfo(name, MADE), text.encode("utf-8"))


MADE = (1980, 1, 1, 0, 0, 0)
"""The time of all files in a package: the same lesson gives the same bytes."""


def _manifest(title: str, version: str) -> str:
    namespaces, schema, kind = NAMESPACES[version]
    return MANIFEST.format(
        namespaces=namespaces, version=schema, kind=kind, title=html.escape(title), lesson=LESSON
    )


def tasks_page(lesson: Lesson) -> str:
    """Return the page of the tasks, which marks itself with or without a runtime."""
    words = names_of(lesson.language)
    said = {
        "tasks": [_told(task) for task in tasks_of(lesson)],
        "words": words,
        "language": lesson.language,
    }
    return PAGE.format(
        language=lesson.language,
        title=html.escape(lesson.title),
        style=WEB.joinpath("tasks.css").read_text(encoding="utf-8"),
        lesson=LESSON,
        lesson_word=html.escape(words["lesson"]),
        send=html.escape(words["send"]),
        tasks=_inside(said),
        script=f"{{{join('tasks.js', ('start',), WEB)}start();}}",
    )


def _inside(said: object) -> str:
    """Return JSON that cannot end the element that it stands in."""
    return json.dumps(said, ensure_ascii=False).replace("<", "\\u003c")


def _told(task: Task) -> Mapping[str, object]:
    """Return a task as the page reads it, with its answer: whoever reads the code can find it."""
    wrong: Sequence[tuple[float, str]] = list(task.wrong.values())
    return {**vars(task), "wrong": wrong}
