#!/bin/sh
# The page's half of `make lint`: arrows, slips and sizes, types. Node is needed for nothing else.
set -e
tools=$(cd "$(dirname "$0")/page_lint" && pwd)
if ! command -v npm >/dev/null; then
  echo "the page's modules are not linted: there is no npm here (Node 20.19 or newer)"
  exit 0
fi
if ! cmp -s "$tools/package-lock.json" "$tools/node_modules/.installed"; then
  echo "setting up $tools/node_modules ..."
  (cd "$tools" && npm ci --silent --no-audit --no-fund) || {
    echo "the page's modules are not linted: npm cannot install what lints them"
    exit 0
  }
  cp "$tools/package-lock.json" "$tools/node_modules/.installed"
fi
bin=$tools/node_modules/.bin
cd "$tools/../../src/steepest/page/web"
failed=0
"$bin/depcruise" --config "$tools/arrows.mjs" --output-type err . || failed=1
"$bin/eslint" --config "$tools/eslint.config.mjs" --max-warnings 0 . || failed=1
(cd ../../lesson/web && "$bin/eslint" --config "$tools/eslint.config.mjs" --max-warnings 0 .) || failed=1
"$bin/tsc" --project "$tools/tsconfig.json" || failed=1
"$bin/tsc" --project "$tools/tsconfig.strict.json" || failed=1
exit $failed
