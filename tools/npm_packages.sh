#!/bin/sh
# Installs the npm packages of a folder beside this script, once for each package-lock.json.
# Where it cannot it says so after CONSEQUENCE, and fails: sh npm_packages.sh FOLDER CONSEQUENCE
set -e
folder=$(cd "$(dirname "$0")/$1" && pwd)
if ! command -v npm >/dev/null; then
  echo "$2: there is no npm here (Node 20.19 or newer)"
  exit 1
fi
if ! cmp -s "$folder/package-lock.json" "$folder/node_modules/.installed"; then
  echo "setting up $folder/node_modules ..."
  (cd "$folder" && npm ci --silent --no-audit --no-fund) || {
    echo "$2: npm cannot install its packages"
    exit 1
  }
  cp "$folder/package-lock.json" "$folder/node_modules/.installed"
fi
