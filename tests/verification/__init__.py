"""Verification: ccsim held to exact theory, to results other programs print, and to its own promises.

`cases` lists the reference cases (`steady` and `days` build them from ``figures.json``), `compare` simulates and judges them;
``python -m tests.verification`` prints the table, the tests of this folder assert it.
"""
