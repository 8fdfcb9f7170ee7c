#!/bin/sh
# The page's half of `make lint`: arrows, slips and sizes, types. Node is needed for nothing else.
set -e
tools=$(cd "$(dirname "$0")/page_lint" && pwd)
sh "$tools/../npm_packages.sh" page_lint "the page's modules are not linted" || exit 0
bin=$tools/node_modules/.bin
cd "$tools/../../src/steepest/page/web"
failed=0
"$bin/depcruise" --config "$tools/arrows.mjs" --output-type err . || failed=1
"$bin/eslint" --config "$tools/eslint.config.mjs" --max-warnings 0 . || failed=1
(cd ../../lesson/web && "$bin/eslint" --config "$tools/eslint.config.mjs" --max-warnings 0 .) || failed=1
"$bin/tsc" --project "$tools/tsconfig.json" || failed=1
"$bin/tsc" --project "$tools/tsconfig.strict.json" || failed=1
exit $failed
