#!/bin/sh
# The components' scripts under node: their tests, their types (tsc), their faults (oxlint).
# What cannot be run is named: without node nothing, without its two packages the tests alone.
set -eu
cd "$(dirname "$0")/../.."
here=scripts/javascript
work=.venv/javascript

if ! command -v node >/dev/null 2>&1; then
    echo "JavaScript SKIPPED: node is not installed (version 20 or newer runs its tests)"
    exit 0
fi
find tests/js -name "*.test.*js" -exec node --test {} +

mkdir -p "$work/scripts"
cp "$here/tsconfig.json" "$here/browser.d.ts" "$here/package.json" "$work/"
if ! cmp -s "$here/package-lock.json" "$work/package-lock.json"; then
    cp "$here/package-lock.json" "$work/"
    if ! (cd "$work" && npm ci --no-audit --no-fund --loglevel=error >npm.log 2>&1); then
        rm "$work/package-lock.json"
        echo "JavaScript: types and faults SKIPPED: npm could not install tsc and oxlint"
        exit 0
    fi
fi
rm -f "$work"/scripts/*.js
.venv/bin/python -m pages.components.scripts "$work/scripts" # each component's files, joined
cd "$work"
node_modules/.bin/tsc
node_modules/.bin/oxlint --no-ignore --deny-warnings -A no-useless-spread scripts/*.js
