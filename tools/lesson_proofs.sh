#!/bin/sh
# Installs what `make prove` runs the lesson's files in; without npm those proofs are skipped.
set -e
tools=$(cd "$(dirname "$0")/lesson_proofs" && pwd)
if ! command -v npm >/dev/null; then
  echo "the lesson's packages are not run: there is no npm here (Node 20.19 or newer)"
  exit 0
fi
if ! cmp -s "$tools/package-lock.json" "$tools/node_modules/.installed"; then
  echo "setting up $tools/node_modules ..."
  (cd "$tools" && npm ci --silent --no-audit --no-fund) || {
    echo "the lesson's packages are not run: npm cannot install what runs them"
    exit 0
  }
  cp "$tools/package-lock.json" "$tools/node_modules/.installed"
fi
