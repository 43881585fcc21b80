#!/bin/sh
# The components' scripts under node's own test runner; politely left out where there is no node.
set -eu
if [ -z "$(find tests/js -name '*.test.*js' 2>/dev/null)" ]; then
    echo "JavaScript tests: there are none"
elif ! command -v node >/dev/null 2>&1; then
    echo "JavaScript tests SKIPPED: node is not installed (version 20 or newer runs them)"
else
    find tests/js -name "*.test.*js" -exec node --test {} +
fi
