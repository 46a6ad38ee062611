"""ccsim.erlang against published and independently computed numbers.

Three kinds of truth, none of which shares a formula with the code under test:

* `test_published`: reference values worked out elsewhere to 40 digits (mpmath) or 12 digits (matrix exponential, Markov
  chains solved numerically); where other programs publish the same numbers, they are named;
* `test_twins`: twins written here: exact fractions, a generator matrix with its exponential, scipy's quadrature;
* `test_relations`, `test_size`: relations that must hold whatever the numbers are, however large the centre.
"""
