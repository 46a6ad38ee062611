"""The IVR of a scenario as tables: nodes by the order of their names, their ways on as cumulative shares.

Part of ``program.compile``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ccsim.program.layout import IVR_EDGE, IVR_NODE, Records, records
from ccsim.scenario import Scenario, paths
from ccsim.scenario.ivr import QUEUE
from ccsim.scenario.laws import Law

__all__ = ["IvrTables", "ivr_tables"]


class IvrTables(NamedTuple):
    """The IVR in a Program; without one all tables are empty and `start` is -1.

    Attributes
    ----------
    names : tuple of str
        Of the nodes, by code.
    contained : float64, shape (n_nodes, n_call_types)
    """

    names: tuple[str, ...]
    start: int
    nodes: Records
    edges: Records
    contained: NDArray[np.float64]


def ivr_tables(scenario: Scenario, call_types: Sequence[str], add_law: Callable[[Law], int]) -> IvrTables:
    """Compile the IVR.

    Parameters
    ----------
    call_types : sequence of str
        By code.
    add_law : callable
        Puts a law into the program and returns its index.
    """
    graph = paths.nodes(scenario)
    names = tuple(graph)
    nodes = records(IVR_NODE, len(graph))
    edges: list[tuple[float, int]] = []
    contained = np.zeros((len(graph), len(call_types)))
    for code, node in enumerate(graph.values()):
        row = nodes[code]
        row.time_law = add_law(node.time)
        row.hang_up_share = node.hang_up
        row.opt_out_share, row.misroute_share = node.opt_out, node.misroute
        row.retry_share, row.retry_at_most = node.retry, node.retry_at_most
        row.first_edge, row.n_edges = len(edges), len(node.next)
        total = 0.0
        for to, share in node.next:
            total += share
            edges.append((total, -1 if to == QUEUE else names.index(to)))
        edges[-1] = (1.0, edges[-1][1])  # whatever the sum was rounded to
        contained[code] = [paths.contained_share(node, call_type) for call_type in call_types]
    table = records(IVR_EDGE, len(edges))
    table[:] = np.array(edges, dtype=IVR_EDGE)
    return IvrTables(names, names.index(paths.start(scenario)) if graph else -1, nodes, table, contained)
