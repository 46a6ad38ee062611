"""Small good days, simulated once, to be corrupted or stored by the tests of this folder."""

from __future__ import annotations

from functools import cache
from typing import Any

from ccsim.engine.compiled.simulate import simulate
from ccsim.outcomes import Counts, Rows
from ccsim.program.compile import compile_scenario
from ccsim.program.layout import Program
from ccsim.scenario import from_dict
from tests.stories.centre import FOR_EVER, centre, seats

__all__ = ["DAYS", "counts_of", "edit_program", "put", "rows_of"]

_SHORT = {"handle": {"deterministic": "60s"}}
_IVR = {"time": {"deterministic": "30s"}}
_REDIAL = {"redial": {"share": "100%", "after": {"deterministic": "50s"}, "attempts": 1}}
_BALK = {"handle": {"deterministic": "60s"}, "patience": {"never": {}, "balk": "100%"}}


def _needs(amount: float) -> dict[str, Any]:
    return {"needs_authority": {"share": "100%", "amount": amount}}


_MESSAGE: dict[str, Any] = {"share": "100%", "message": "20s"}


def _callback(dial: dict[str, Any]) -> dict[str, Any]:
    return {"accept": "100%", "dial": {"ring": {"deterministic": "10s"}} | dial}


DAYS: dict[str, Program] = {
    # 0 talks 0-60, 1 hangs up at 59, 2 waits 20-60 and talks until 120, 3 talks 200-230
    "plain": centre([(0, 60, FOR_EVER), (10, 60, 49), (20, 60, FOR_EVER), (200, 30, FOR_EVER)]),
    # in the queue: 0 30-90 talks, 1 hangs up at 60, 2 waits 60-90 and talks until 120
    "ivr": centre([(0, 60, FOR_EVER), (10, 60, 20), (30, 30, 30)], ivr=_IVR),
    # 0 talks 0-60 on the only line, 1 is blocked at 10 and served 60-100
    "lines": centre([(0, 60, FOR_EVER), (10, 40, FOR_EVER)], lines=1, after_contact=_REDIAL),
    # 0 talks 500-640, 1 hangs up at 600, 2 and 3 are cleared at 600
    "clear": centre([(500, 140, FOR_EVER), (550, 60, 50), (550, 60, 51), (550, 60, FOR_EVER)], closing={"queue": "clear"}),
    # in the queue: 0 talks 595-605, 1 comes at 605 and is sent away
    "clear ivr": centre([(565, 10, FOR_EVER), (575, 20, FOR_EVER)], ivr=_IVR, closing={"queue": "clear"}),
    # queue 0: 0 talks 0-60 and 1 waits 10-120; queue 1, more urgent: 2 waits 20-60
    "urgent": centre(
        [(0, 60, FOR_EVER, "a"), (10, 60, FOR_EVER, "a"), (20, 60, FOR_EVER, "b")],
        kinds={"a": _SHORT, "b": _SHORT},
        queues={"a": {}, "b": {"priority": 1}},
    ),
    # queue 0 and agent 0 of team 0: 0 talks 0-60, 1 waits 10-60; agent 1 of team 1 only answers queue 1
    "apart": centre(
        [(0, 60, FOR_EVER, "a"), (10, 30, FOR_EVER, "a"), (20, 20, FOR_EVER, "b")],
        kinds={"a": _SHORT, "b": _SHORT},
        queues={"a": {"teams": ["x"]}, "b": {"teams": ["y"]}},
        agents={"x": {"headcount": 1}, "y": {"headcount": 1}},
    ),
    # agents 0 and 1: 0 talks 0-60 and 1 talks 0-50; agent 1 answers 2 at 100
    "two": centre([(0, 60, FOR_EVER), (0, 50, FOR_EVER), (100, 30, FOR_EVER)], agents=2),
    # agent 0 idle since 60, the others since 0; agent 1 leaves at 120, 2 at 180, 1 comes back at 240
    "seats": centre([(0, 60, FOR_EVER)], agents={"team": seats(4, 4, 3, 2, 3)}),
    # both talk until 150 and 200; from 120 on there is one seat: agent 0 leaves at 150, 2 waits 130-200
    "drop": centre([(0, 150, FOR_EVER), (0, 200, FOR_EVER), (130, 60, FOR_EVER)], agents={"team": seats(2, 2, 1)}),
    # agents 0 and 1 prefer x and keep one idle: 0 (y) talks 0-100 with agent 0, 1 (y) waits 10-100 and talks until 130
    "reserve": centre(
        [(0, 100, FOR_EVER, "y"), (10, 30, FOR_EVER, "y")],
        kinds={"x": _SHORT | {"needs": "x"}, "y": _SHORT | {"needs": "y"}},
        agents={"team": {"headcount": 2, "skills": {"x": {}, "y": {"prefer": 2}}, "reserve": 1}},
    ),
    # agent 0 is one too few to take y: 0 waits until closing, 100-600, and talks until 700
    "late reserve": centre(
        [(100, 100, FOR_EVER, "y")],
        kinds={"x": _SHORT | {"needs": "x"}, "y": _SHORT | {"needs": "y"}},
        agents={"team": {"headcount": 1, "skills": {"x": {}, "y": {"prefer": 2}}, "reserve": 1}},
    ),
    # y calls prefer team b (agent 1): 0 is answered by him at 0 until 60, 1 by agent 0 at 10 until 40
    "prefer": centre(
        [(0, 60, FOR_EVER, "y"), (10, 30, FOR_EVER, "y")],
        kinds={"x": _SHORT | {"needs": "x"}, "y": _SHORT | {"needs": "y"}},
        agents={
            "a": {"headcount": 1, "skills": {"x": {}, "y": {"prefer": 2}}},
            "b": {"headcount": 1, "skills": ["y"]},
        },
    ),
    # talk 60, hold 20, wrap 30: 0 at 0, 1 waits 100-110
    "wrap": centre(
        [(0, None, FOR_EVER), (100, None, FOR_EVER)],
        kinds={
            "call": {
                "talk": {"deterministic": "60s"},
                "hold": {"deterministic": "20s"},
                "wrap": {"deterministic": "30s"},
                "patience": {"deterministic": "40s"},
            }
        },
    ),
    # 0 talks 0-60, 1 balks at 30
    "balk": centre([(0, 60, FOR_EVER), (30, 60, FOR_EVER)], kinds={"call": _BALK}),
    # two agents: 0 comes out of the IVR at 620, past closing; talk 60, wrap 30
    "overtime": centre(
        [(590, None, FOR_EVER)],
        kinds={"call": {"talk": {"deterministic": "60s"}, "wrap": {"deterministic": "30s"}}},
        ivr=_IVR,
        agents=2,
    ),
    # one line: 0 hangs up in the IVR at 30, 1 is blocked at 10
    "hang up": centre([(0, 60, FOR_EVER), (10, 60, FOR_EVER)], lines=1, ivr=_IVR | {"hang_up": "100%"}),
    # menu, heard twice by all, then service: 0 (b) 0-5, 5-10, served there 10-40; 1 (a) 2-7, 7-12, opts out 12-42 and talks
    # until 102; 2 is blocked at 4, both ports being taken
    "graph": centre(
        [(0, None, FOR_EVER, "b"), (2, None, FOR_EVER, "a"), (4, None, FOR_EVER, "a")],
        kinds={"a": _SHORT, "b": _SHORT},
        ivr={
            "start": "menu",
            "ports": 2,
            "nodes": {
                "menu": {"time": {"deterministic": "5s"}, "retry": {"share": "100%", "at_most": 1}, "next": "service"},
                "service": _IVR | {"contained": {"b": "100%"}, "opt_out": "100%"},
            },
        },
    ),
    # 0 talks 0-100; 1 hangs up at 30 and dials again at 80, as whoever waited does, and nobody who was blocked
    "odds": centre(
        [(0, 100, FOR_EVER), (10, 60, 20)],
        after_contact={"redial": _REDIAL["redial"] | {"share": "50%", "odds": {"blocked": 0, "wait_over_1s": 1e6}}},
    ),
    # 0 (a) is in queue 1 by mistake, with agent 1 10-30, then in his own with agent 0 30-90
    "wrong": centre(
        [(0, None, FOR_EVER, "a")],
        kinds={"a": _SHORT, "b": _SHORT},
        queues={"a": {"teams": ["x"]}, "b": {"teams": ["y"]}},
        agents={"x": {"headcount": 1}, "y": {"headcount": 1}},
        ivr={
            "misroute_talk": {"deterministic": "20s"},
            "nodes": {"menu": {"time": {"deterministic": "10s"}, "misroute": "100%"}},
        },
    ),
    # 0 is handled in no time at 50
    "zero": centre([(50, 0, FOR_EVER)]),
    # all of type a go on as b, who are patient for 20 s. 0 talks with agent 0 0-60, then with agent 1 60-100;
    # 1 talks 60-80 (agent 0), waits 80-100 and talks 100-140 (agent 1); 2 talks 80-100, waits 100-120 and hangs up
    "transfer": centre(
        [(0, 60, FOR_EVER, "a"), (10, 20, FOR_EVER, "a"), (20, 20, FOR_EVER, "a")],
        kinds={
            "a": _SHORT | {"transfer": {"share": "100%", "to": "b"}},
            "b": {"handle": {"deterministic": "40s"}, "patience": {"deterministic": "20s"}},
        },
        queues={"a": {"teams": ["x"]}, "b": {"teams": ["y"]}},
        agents={"x": {"headcount": 1}, "y": {"headcount": 1}},
    ),
    # Queue 0 (`call`: agent 0, whose phone rings for 10 s) holds one and overflows after 30 s to queue 1 (`y`: agent 1), which
    # holds one; the clock is kept. 0 rings 0-10 and talks until 200. 1 waits from 20. 2 finds `call` full at 30 and talks with
    # agent 1 until 90. 3 finds it full at 40, waits in `y` and talks 90-150. 1 overflows at 50, finds `y` full and is turned
    # away. 4 waits from 195, his phone rings from 200, he hangs up at 205. 5 rings 595-605 and talks until 615
    "overflow": centre(
        [(0, 190, FOR_EVER), (20, 100, FOR_EVER), (30, 60, 70), (40, 60, FOR_EVER), (195, 20, 10), (595, 10, FOR_EVER)],
        queues={
            "call": {"teams": ["x"], "max_waiting": 1, "overflow": [{"after": "30s", "to": "y"}]},
            "y": {"max_waiting": 1, "teams": ["y"]},
        },
        agents={"x": {"headcount": 1, "ring": {"deterministic": "10s"}}, "y": {"headcount": 1}},
        interval="30s",
    ),
    # team y (agent 1) answers after 30 s: 0 talks 0-100 with agent 0, 1 waits 10-40 and talks with agent 1 until 70
    "expand": centre(
        [(0, 100, FOR_EVER), (10, 30, FOR_EVER)],
        queues={"call": {"teams": ["x"], "expand": [{"after": "30s", "to": ["y"]}]}},
        agents={"x": {"headcount": 1}, "y": {"headcount": 1}},
    ),
    # a chain of agents 0, 1, 2, who may grant 25, 150, 1,000: 0 needs 100, 1 needs 100 and hangs up at 110 waiting for agent 1,
    # 2 needs 500, 3 needs 5,000 and is refused by agent 2, 4 needs nothing and gets 15
    "authority": centre(
        [
            (0, 60, FOR_EVER, "a"),
            (20, 30, 60, "e"),
            (130, 10, FOR_EVER, "b"),
            (270, 10, FOR_EVER, "c"),
            (420, 10, FOR_EVER, "d"),
        ],
        kinds={
            "a": _SHORT | _needs(100),
            "b": _SHORT | _needs(500),
            "c": _SHORT | _needs(5000),
            "d": _SHORT,
            "e": _SHORT | _needs(100) | {"patience": {"deterministic": "20s"}},
        },
        queues={kind: {"teams": ["x"]} for kind in "abcde"},
        agents={team: {"headcount": 1, "authority": limit} for team, limit in {"x": 25, "y": 150, "z": 1000}.items()},
        make_it_right={"policy": "frontline_chain", "retell": "5s", "leakage": {"share": "100%", "amount": 15}},
    ),
    # 0 is passed on at 60, held with until 80; so is 1 at 610, until 630, after closing
    "warm": centre(
        [(0, 60, FOR_EVER), (580, 30, FOR_EVER)],
        kinds={"call": _SHORT | _needs(100)},
        queues={"call": {"teams": ["x"]}},
        agents={team: {"headcount": 1, "authority": limit} for team, limit in {"x": 25, "y": 150}.items()},
        make_it_right={"escalate": {"transfer": "warm"}},
    ),
    # who waited comes back after 50 s. 0 talks 0-60; 1 waits 30-60, talks until 120, is back at 170 until 230, and leaves, as
    # whoever called twice; 2 talks 560-620; 3 waits 580-620, talks until 680 and would come back at 730
    "again": centre(
        [(0, 60, FOR_EVER), (30, 60, FOR_EVER), (560, 60, FOR_EVER), (580, 60, FOR_EVER)],
        metrics={"fcr_window": "100s"},
        after_contact={
            "return": {"share": "0.1%", "after": {"deterministic": "50s"}, "odds": {"wait_over_10s": 1e6}},
            "leave": {"share": "0.1%", "odds": {"earlier_contacts": 1e6}, "value": 240},
            "satisfaction": {"base": 4.5, "per_minute_waited": -1},
        },
    ),
    # 0 holds 60-120 while agent 1 is asked, so does 1 at 610, after closing; agents of team x talk on for no time
    "consult": centre(
        [(0, 60, FOR_EVER), (580, 30, FOR_EVER)],
        kinds={"call": _SHORT | _needs(100)},
        queues={"call": {"teams": ["x"]}},
        agents={team: {"headcount": 1, "authority": limit} for team, limit in {"x": 25, "y": 150}.items()},
        make_it_right={"on_shortfall": "consult"},
    ),
    # a (agent 0): 0 talks 0-60, 2 rings off at 10, does not answer 60-70 nor, after 50 s, 120-130.
    # b (agent 1): 1 talks and holds 0-50, wrap until 60; 3 rings off at 10, is dialled 60-70, talks and holds until 120, wrap
    # until 130; 4 talks and holds 550-600, wrap until 610; 6 rings off at 590 and is never called.
    # c (agent 2): 5 talks 580-640; 7 rings off at 590, and his list is cleared at 600
    "callbacks": centre(
        [
            *((at, 60, FOR_EVER, "a") for at in (0, 10)),
            *((at, None, FOR_EVER, "b") for at in (0, 10, 550, 590)),
            *((at, 60, FOR_EVER, "c") for at in (580, 590)),
        ],
        kinds={
            "a": _SHORT,
            "b": {
                "talk": {"deterministic": "30s"},
                "hold": {"share": "100%", "for": {"deterministic": "20s"}},
                "wrap": {"deterministic": "10s"},
            },
            "c": _SHORT,
        },
        queues={
            "a": {"teams": ["x"], "callback": _callback({"answered": "0%", "attempts": 2, "retry_after": "50s"})},
            "b": {"teams": ["y"], "callback": _callback({})},
            "c": {"teams": ["z"], "callback": _callback({}) | {"at_close": "clear"}},
        },
        agents={team: {"headcount": 1} for team in "xyz"},
    ),
    # a (agent 0): 0 talks 0-100; 2 waits 10-40, speaks until 60, is dialled 100-110 and talks until 130.
    # b (agent 1): 1 talks 0-60; 3 finds no room at 10 and speaks until 30, and that is all
    "messages": centre(
        [(0, 100, FOR_EVER, "a"), (0, 60, FOR_EVER, "b"), (10, 20, FOR_EVER, "a"), (10, 20, FOR_EVER, "b")],
        kinds={"a": _SHORT, "b": _SHORT},
        queues={
            "a": {"teams": ["x"], "voicemail": _MESSAGE | {"after": "30s", "dial": {"ring": {"deterministic": "10s"}}}},
            "b": {"teams": ["y"], "max_waiting": 0, "voicemail": _MESSAGE | {"when_full": True, "then": "nothing"}},
        },
        agents={team: {"headcount": 1} for team in "xy"},
    ),
    # 0 talks 0-90, past the only seat's end at 60; 1 waits for ever from 30 on
    "left alone": centre([(0, 90, FOR_EVER), (30, 60, FOR_EVER)], agents={"team": seats(1, 0)}),
    # one person until 600, break 120-180: 0 talks 100-150, the break is 150-210, 1 waits 130-210 and talks until 240
    "persons": centre(
        [(100, 50, FOR_EVER), (130, 30, FOR_EVER)],
        agents={"desk": {"shifts": {"all": 1}}},
        shifts={"all": {"time": "00:00-00:10", "breaks": [{"at": "00:02", "for": "60s"}]}},
    ),
    # six persons, half of them absent, the others 90 s late; a meeting, and a call beyond the end of the shift
    "people": centre(
        [(100, 50, FOR_EVER), (590, 60, FOR_EVER)],
        agents={
            "desk": {
                "shifts": {"all": 6},
                "shrinkage": {"absent": "50%", "late": {"share": "100%", "by": {"deterministic": "90s"}}},
            }
        },
        shifts={"all": {"time": "00:00-00:10", "meetings": [{"at": "00:05", "for": "60s"}]}},
    ),
    # nobody dials while lines are open; seven do later that Monday, and are told so
    "while closed": compile_scenario(
        from_dict(
            {
                "open": "00:00-00:10",
                "interval": "1m",
                "calls": {"call": {"volume": "0/h", "out_of_hours": "7/day", "handle": {"deterministic": "60s"}}},
                "agents": 1,
            }
        )
    ).program,
    # the same, but each leaves a message, and that is all
    "messages at night": compile_scenario(
        from_dict(
            {
                "open": "00:00-00:10",
                "interval": "1m",
                "calls": {"call": {"volume": "0/h", "out_of_hours": "7/day", "handle": {"deterministic": "60s"}}},
                "queues": {"call": {"voicemail": _MESSAGE | {"when_closed": True, "then": "nothing"}}},
                "agents": 1,
            }
        )
    ).program,
}


@cache
def rows_of(day: str) -> Rows:
    """The rows of a good day."""
    rows = simulate(DAYS[day], 1, 0, rows=True).rows
    assert rows is not None
    return rows


@cache
def counts_of(day: str) -> Counts:
    """Its counts, by the kernel's tally."""
    counts = simulate(DAYS[day], 1, 0, rows=False).counts
    assert counts is not None
    return counts


def put(rows: Rows, table: str, index: Any, **fields: Any) -> Rows:
    """A copy of the rows with some fields of one row changed."""
    changed = getattr(rows, table).copy()
    for field, value in fields.items():
        changed[field][index] = value
    return rows._replace(**{table: changed})


def edit_program(program: Program, table: str, index: Any = 0, **fields: Any) -> Program:
    """A copy of the program with some fields of one row changed."""
    changed = getattr(program, table).copy()
    for field, value in fields.items():
        changed[field][index] = value
    return program._replace(**{table: changed})
