#!/bin/sh
# minify-go 2.24.24 (PyPI; tdewolff/minify by its author's own Python binding), rjsmin 1.3.0.
#
# One would guess: a minifier that takes the blanks out of `a < !--b` leaves its meaning, as it does
# with `x-- > 7`, which this one writes `x-- >7` so that it is not the comment `-->`.
#
# What happens: it writes `a<!--b`. In a classic script (not in a module) `<!--` begins a comment up
# to the end of the line (ECMAScript, annex B.1.1), and a minified file is one line: all that
# follows is silently not run. It parses, so no syntax check tells. esbuild and terser write
# `a<! --b`. rjsmin keeps `if (`, whose end is lost with the rest, so that a browser says so.
#
# Who meets it: whoever minifies classic scripts, inline or in a file, with it. Modules and what is
# bundled into modules are not touched.
#
# Needs python3 with venv, and PyPI. Fails if what is seen changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq --disable-pip-version-check \
  minify-go==2.24.24 rjsmin==1.3.0 mini-racer==0.14.1
cd "$folder"
venv/bin/python - <<'PYTHON'
import minify
from py_mini_racer import JSParseException, MiniRacer
from rjsmin import jsmin

SOURCE = """\
let said = ['begin'], a = 0, b = 2;
if (a < !--b) said.push('less');
said.push('b is ' + b);
said.push('end'); said.join(', ')
"""

GUARDED = "let x = 9; while (x-- > 7) f(x)"


def run(text):
    """Return what V8 makes of a classic script: the value of its last statement."""
    try:
        return str(MiniRacer().eval(text))
    except JSParseException:
        return "SyntaxError"


short = minify.string("application/javascript", SOURCE)
seen = {
    "source": run(SOURCE),
    "minify-go": run(short),
    "text of minify-go": short.strip(),
    "its x-- > 7": minify.string("application/javascript", GUARDED),
    "rjsmin": run(jsmin(SOURCE)),
}
for name, value in seen.items():
    print(f"{name}: {value}")
assert seen["source"] == "begin, b is 1, end"
assert "a<!--b" in short and "x-- >7" in seen["its x-- > 7"]
assert "end" not in seen["minify-go"], "minify-go keeps the meaning now"
assert seen["rjsmin"] == "SyntaxError", "rjsmin keeps the meaning now"
PYTHON
echo "seen as told"
