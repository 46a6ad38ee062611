"""`python -m ccsim`: the command line."""

from ccsim.cli import main

main()
