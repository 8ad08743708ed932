"""`python -m api.cli` is `daylight`."""

from api.cli import main

main()
