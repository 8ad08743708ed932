#!/bin/bash
# Node 18 or newer with npm builds the pages. In: nothing. Out: success, or a sentence that says how to get them.
set -euo pipefail
how="Install it with: apt-get install nodejs npm   (or from https://nodejs.org), then run this again."
command -v node >/dev/null || { echo "Node is missing; it builds the pages. $how" >&2; exit 2; }
command -v npm >/dev/null || { echo "npm is missing; it fetches the pages' libraries. $how" >&2; exit 2; }
major=$(node --version | sed -E 's/^v([0-9]+).*/\1/')
[ "$major" -ge 18 ] || { echo "Node $(node --version) is too old: 18 or newer is needed. $how" >&2; exit 2; }
