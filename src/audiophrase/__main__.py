"""`python -m audiophrase`."""

from audiophrase.cli import main

main()
