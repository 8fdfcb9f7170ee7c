#!/bin/sh
# Install the wheel of dist/ into a clean environment, and run it there: `sh tools/try_wheel.sh python3`.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
"$1" -m venv "$room/venv"
"$room/venv/bin/python" -m pip install -q --disable-pip-version-check dist/*.whl
cd "$room"
venv/bin/python -c 'import steepest; print("import steepest", steepest.__version__)'
venv/bin/steepest fit geyser --target waiting --features duration --page page.html > words.txt
test -s page.html && grep -q 'Step 4' words.txt
printf 'age,price\n1,2\n2,4.5\n3,5.5\n' > mine.csv
venv/bin/steepest fit mine.csv --target price --save run > /dev/null
venv/bin/steepest predict run mine.csv > predicted.csv
test "$(wc -l < predicted.csv)" -eq 4
venv/bin/steepest demo > demo.txt
grep -q 'Step 4' demo.txt
echo "the wheel runs: fit, page, predict, demo"
