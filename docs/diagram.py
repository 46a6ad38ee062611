"""The agents' states as a picture, drawn from the table of legal moves."""

from __future__ import annotations

import io
from math import cos, pi, sin

from ccsim.vocabulary import AGENT_STATE_MOVES, AgentState

_FILL = {True: "#d7e8f7", False: "#eeeeee"}
_ON_A_CALL = {"RING", "TALK", "WRAP", "BRIEF", "CONSULT"}


def alike() -> list[list[AgentState]]:
    """Return the states in groups: states away from the phones that could change places in the table share a box."""
    groups: list[list[AgentState]] = []
    for state in AGENT_STATE_MOVES:
        for group in groups:
            if _is_away(state) and _is_away(group[0]) and _may_change_places(group[0], state):
                group.append(state)
                break
        else:
            groups.append([state])
    return groups


def _is_away(state: AgentState) -> bool:
    return state is not AgentState.AVAILABLE and state.name not in _ON_A_CALL


def _may_change_places(one: AgentState, other: AgentState) -> bool:
    both = {one, other}
    before = [{s for s, after in AGENT_STATE_MOVES.items() if state in after} - both for state in (one, other)]
    after = [set(AGENT_STATE_MOVES[state]) - both for state in (one, other)]
    return before[0] == before[1] and after[0] == after[1]


def draw_states() -> str:
    """Return the picture as SVG text, the same bytes for the same table."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure
    from matplotlib.patches import FancyArrowPatch

    groups = alike()
    where = {
        i: (3.6 * cos(pi / 2 - 2 * pi * i / len(groups)), 2.3 * sin(pi / 2 - 2 * pi * i / len(groups)))
        for i in range(len(groups))
    }
    figure = Figure(figsize=(9.0, 6.2))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_xlim(-4.8, 4.8)
    axes.set_ylim(-3.1, 3.1)
    axes.set_axis_off()
    boxes = {}
    for i, group in enumerate(groups):
        text = "\n".join(state.name.replace("_", " ").lower() for state in group)
        fill = _FILL[group[0].name in _ON_A_CALL]
        boxes[i] = axes.text(
            *where[i],
            text,
            ha="center",
            va="center",
            fontsize=12,
            zorder=3,
            bbox={"boxstyle": "round,pad=0.6", "fc": fill, "ec": "black"},
        )
    for i, group in enumerate(groups):
        for j, other in enumerate(groups):
            if i == j or not set(other) & set(AGENT_STATE_MOVES[group[0]]):
                continue
            both = bool(set(group) & set(AGENT_STATE_MOVES[other[0]]))
            if both and j < i:
                continue
            arrow = FancyArrowPatch(
                where[i], where[j], arrowstyle="<|-|>" if both else "-|>", mutation_scale=16, connectionstyle="arc3,rad=0.08",
                shrinkA=42, shrinkB=42, linewidth=1.2, zorder=1,
                color="0.35" if both else "#b3541e", linestyle="-" if both else "--",
            )  # fmt: skip
            axes.add_patch(arrow)
    axes.text(-4.7, -3.0, "solid: both ways   dashed: one way   blue: with a caller", fontsize=10, va="bottom")
    out = io.StringIO()
    with rc_context({"svg.hashsalt": "states", "svg.fonttype": "none"}):
        figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()
