#!/bin/bash
# Makes `uv` available without root. In: nothing. Out: uv on the PATH, or in .tools/bin; a sentence when it cannot.
set -euo pipefail
command -v uv >/dev/null && exit 0
command -v python3 >/dev/null || { echo "Python is missing. Install it with: apt-get install python3 python3-venv" >&2; exit 2; }
echo "installing uv (a Python package installer) into .tools"
if python3 -m venv .tools 2>/dev/null && .tools/bin/python -m pip install --quiet uv; then exit 0; fi
rm -rf .tools
echo "this Python makes no venv; installing uv for this user"
if python3 -m pip install --user --quiet uv 2>/dev/null; then exit 0; fi
if python3 -m pip install --user --quiet --break-system-packages uv; then exit 0; fi
echo "uv could not be installed. Install pip first (apt-get install python3-pip python3-venv), then run this again." >&2
exit 2
