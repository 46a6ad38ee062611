"""Erlang's formulas: arrival rate, handle time, agents and patience in; waits, abandonment and staffing out.

Who calls it: `ccsim erlang`, the requirement step of staffing, every report that prints the textbook answer beside the
simulated one, and the verification suite, which holds both engines to these numbers. It knows neither of them.

============================  ==========================  ======================================================
function                      model                       who hangs up, who is turned away
============================  ==========================  ======================================================
`erlang_b`                    M/G/n/n                     nobody waits; a caller who finds all lines busy is lost
`erlang_c`                    M/M/n                       nobody hangs up
`erlang_a`                    M/M/n+M, M/M/n/K+M          exponential patience, at most K lines, some balk
`erlang_general`              M/M/n+G                     patience of any law, given as its survival function
============================  ==========================  ======================================================

All times share one unit, whichever it is; ccsim uses seconds. The sums have positive terms and start at the
largest, so nothing overflows: ten thousand agents are as exact as ten. Shares are good to about 1e-14.

Sources: Erlang 1917; Palm 1957; Baccelli and Hebuterne 1981; Halfin and Whitt 1981; Zeltyn and Mandelbaum 2005.

Chapters, lowest first: `checks`, `wait_law`, `loss_and_delay` (B and C), `births`, `exponential_patience` (A),
`general_patience`, `staffing`. Nothing here imports more than the standard library.
"""

from ccsim.erlang.births import NEGLIGIBLE
from ccsim.erlang.exponential_patience import LONGEST_QUEUE, ErlangA, erlang_a
from ccsim.erlang.general_patience import LONGEST_DUE, NATS, RULE_DEGREE, GeneralPatience, Integrand, erlang_general
from ccsim.erlang.loss_and_delay import ErlangC, erlang_b, erlang_c, lines_for_blocking
from ccsim.erlang.staffing import Target, agents_for, halfin_whitt, scheduled_for, square_root_agents
from ccsim.erlang.wait_law import SERVICE_LEVEL_VARIANTS, WaitLaw

__all__ = [
    "LONGEST_DUE",
    "LONGEST_QUEUE",
    "NATS",
    "NEGLIGIBLE",
    "RULE_DEGREE",
    "SERVICE_LEVEL_VARIANTS",
    "ErlangA",
    "ErlangC",
    "GeneralPatience",
    "Integrand",
    "Target",
    "WaitLaw",
    "agents_for",
    "erlang_a",
    "erlang_b",
    "erlang_c",
    "erlang_general",
    "halfin_whitt",
    "lines_for_blocking",
    "scheduled_for",
    "square_root_agents",
]
