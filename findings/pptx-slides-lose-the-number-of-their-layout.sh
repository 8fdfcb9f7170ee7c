#!/bin/sh
# python-pptx 1.0.2 (PyPI).
#
# One would guess: a slide made from a layout that has a slide number shows its number, as a slide that
# PowerPoint makes from the same layout does once numbers are on.
#
# What happens: add_slide copies title and content only. Date, footer and slide number stay on the layout,
# where nothing shows them: the slide lists two placeholders of five, and no text field of the type
# "slidenum" is in it. A lecturer's template with numbers gives a deck without; each slide needs a text
# field of its own, which the library has no call for.
#
# Who meets it: whoever fills a template from Python for a talk or a course and is asked for "slide 12".
#
# Needs python3 with venv, and PyPI. Fails if what is seen changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check python-pptx==1.0.2
cd "$folder"
venv/bin/python - <<'PYTHON'
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER

deck = Presentation()
layout = deck.slide_layouts[1]
slide = deck.slides.add_slide(layout)
held = [shape.placeholder_format.type.name for shape in layout.placeholders]
kept = [shape.placeholder_format.type.name for shape in slide.placeholders]
print("layout:", ", ".join(held))
print("slide: ", ", ".join(kept))
assert PP_PLACEHOLDER.SLIDE_NUMBER.name in held and PP_PLACEHOLDER.SLIDE_NUMBER.name not in kept
assert len(held) == 5 and len(kept) == 2
assert b'type="slidenum"' in layout.part.blob and b'type="slidenum"' not in slide.part.blob
PYTHON
