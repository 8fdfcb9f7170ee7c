"""`python -m steepest` is the command line."""

from steepest.cli import main

main()
