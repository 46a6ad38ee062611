"""The reference engine: SimPy, one process per customer, which one reads from top to bottom as his story.

Read `story` first: it says what a caller lives through. Every change of state is a verb of the `floor`, a yield only waits.
Draws and decisions come from `rules`, so this engine and the compiled one differ in time-keeping, queues and idle lists, and
must agree row by row. Here a custom routing policy may be plain Python, too (`routing`).
"""

from ccsim.engine.reference.simulate import simulate

__all__ = ["simulate"]
