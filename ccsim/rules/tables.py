"""The Program as rules and kernels see it: one record with the settings, the sizes and the addresses of the tables.

Rules take this record (`program`) and reach rows by `call_type_at(program, i)` and its like: by reference, whatever the table.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ccsim.jit import accessor, bind, one_row
from ccsim.program.layout import (
    AGENT,
    BREAK,
    CALL_TYPE,
    CALLBACK,
    CALLBACK_WINDOW,
    DAY,
    DEMAND,
    DESTINATION,
    DUTY,
    EFFECT,
    FLOW,
    INTERVAL,
    IVR_EDGE,
    IVR_NODE,
    LANE,
    LANE_TEAM,
    LAW,
    NEED,
    OCCASION,
    ODDS,
    POINT,
    QUEUE,
    REACH,
    RECORDED,
    SETTINGS,
    STEP,
    TEAM,
    TEAM_LANE,
    TIMETABLE,
    WAY,
    Program,
    Records,
    records,
)

__all__ = [
    "PROGRAM",
    "agent_at",
    "bind_program",
    "break_at",
    "callback_at",
    "callback_window_at",
    "call_type_at",
    "contained_at",
    "day_at",
    "demand_at",
    "destination_at",
    "duty_at",
    "effect_at",
    "flow_at",
    "interval_at",
    "ivr_edge_at",
    "ivr_node_at",
    "lane_at",
    "lane_of",
    "lane_team_at",
    "law_at",
    "need_at",
    "occasion_at",
    "odds_at",
    "point_at",
    "queue_at",
    "step_at",
    "reach_at",
    "recorded_at",
    "team_at",
    "team_lane_at",
    "threshold_at",
    "timetable_at",
    "way_at",
]

_TABLES = tuple(name for name in Program._fields if name != "settings")
_INTEGER = np.dtype([("value", "i8")])
_REAL = np.dtype([("value", "f8")])

PROGRAM = np.dtype(
    [(name, SETTINGS[name]) for name in SETTINGS.names or ()]
    + [(f"n_{table}", "i8") for table in _TABLES]
    + [(table, "i8") for table in _TABLES],
    align=True,
)
"""Settings, n_<table> (rows along the first axis) and the address of each table of a Program."""

day_at = accessor(PROGRAM, "days", DAY)
interval_at = accessor(PROGRAM, "intervals", INTERVAL)
law_at = accessor(PROGRAM, "laws", LAW)
point_at = accessor(PROGRAM, "points", POINT)
call_type_at = accessor(PROGRAM, "call_types", CALL_TYPE)
step_at = accessor(PROGRAM, "steps", STEP)
queue_at = accessor(PROGRAM, "queues", QUEUE)
team_at = accessor(PROGRAM, "teams", TEAM)
agent_at = accessor(PROGRAM, "agents", AGENT)
duty_at = accessor(PROGRAM, "duties", DUTY)
break_at = accessor(PROGRAM, "breaks", BREAK)
timetable_at = accessor(PROGRAM, "timetable", TIMETABLE)
recorded_at = accessor(PROGRAM, "recorded", RECORDED)
flow_at = accessor(PROGRAM, "flows", FLOW)
"""Row call_type * n_intervals + interval."""
occasion_at = accessor(PROGRAM, "occasions", OCCASION)
effect_at = accessor(PROGRAM, "effects", EFFECT)
demand_at = accessor(PROGRAM, "demand", DEMAND)
"""Row call_type * n_intervals + interval, where `n_demand` is not 0."""
lane_at = accessor(PROGRAM, "lanes", LANE)
reach_at = accessor(PROGRAM, "reach", REACH)
"""Row lane * n_teams + team."""
lane_team_at = accessor(PROGRAM, "lane_teams", LANE_TEAM)
team_lane_at = accessor(PROGRAM, "team_lanes", TEAM_LANE)
lane_of = accessor(PROGRAM, "lane_of", _INTEGER)
"""Row call_type * n_queues + queue."""
threshold_at = accessor(PROGRAM, "thresholds", _REAL)
ivr_node_at = accessor(PROGRAM, "ivr_nodes", IVR_NODE)
ivr_edge_at = accessor(PROGRAM, "ivr_edges", IVR_EDGE)
need_at = accessor(PROGRAM, "needs", NEED)
destination_at = accessor(PROGRAM, "destinations", DESTINATION)
way_at = accessor(PROGRAM, "ways", WAY)
callback_at = accessor(PROGRAM, "callbacks", CALLBACK)
"""By queue, where `n_callbacks` is not 0."""
callback_window_at = accessor(PROGRAM, "callback_windows", CALLBACK_WINDOW)
odds_at = accessor(PROGRAM, "odds", ODDS)
contained_at = accessor(PROGRAM, "ivr_contained", _REAL)
"""Row node * n_call_types + call type."""


def bind_program(program: Program) -> Records:
    """The PROGRAM record (array of one) of a Program, which must stay alive as long as the record is used."""
    record = records(PROGRAM, 1)
    for name in SETTINGS.names or ():
        record[name] = program.settings[name]
    tables: dict[str, Any] = {name: getattr(program, name) for name in _TABLES}
    for name, table in tables.items():
        assert table.flags.c_contiguous, name
        record[f"n_{name}"] = table.shape[0]
    bind(record, **{name: table for name, table in tables.items() if table.size})
    return one_row(record)
