#!/bin/bash
# All tests but the long ones. In: a Python, then paths; without paths everything, in two runs side by side. Out: 0 if all
# passed. Shows in real time come first in line for the processor; the rest, which nobody times, takes what they leave.
set -uo pipefail
python=$1; shift
[ $# -eq 0 ] || [ "$*" = tests ] || exec "$python" -m pytest -m "not soak" "$@"

real_time=(tests/broadcaster tests/browser tests/faults tests/flows tests/interop)
others=()
for each in tests/*/; do
  each=${each%/}
  [[ " ${real_time[*]} " == *" $each "* || ! $(find "$each" -name 'test_*.py' -print -quit) ]] || others+=("$each")
done

said=$(mktemp /tmp/daylight-tests.XXXXXX)
nice -n 19 "$python" -m pytest -m "not soak" "${others[@]}" >"$said" 2>&1 &
beside=$!
trap 'kill "$beside" 2>/dev/null; rm -f "$said"' EXIT
trap 'exit 130' INT TERM

"$python" -m pytest -m "not soak" "${real_time[@]}"
first=$?
wait "$beside"
second=$?
echo "== ${others[*]}"
cat "$said"
[ $first -eq 0 ] && [ $second -eq 0 ]
