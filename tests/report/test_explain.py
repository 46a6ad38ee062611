"""The explanation of a scenario says what is compiled: facts of several centres, and of every shipped one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ccsim.program.compile import compile_scenario
from ccsim.report.explain import explain
from ccsim.scenario import check_text, from_dict, load

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("**/*.yaml"))
WEEK = {"open": {"mon-fri": "08:00-20:00", "sat": "09:00-14:00"}, "start": "2026-03-02", "days": 7}


def told(content: dict[str, Any] | str, **more: Any) -> str:
    """The explanation as one long line, so that no fact is cut."""
    if isinstance(content, str):
        scenario = check_text(content).scenario
        assert scenario is not None, check_text(content).problems
    else:
        scenario = from_dict({"calls": {"orders": {"volume": "60/h", "handle": "4m", "patience": "2m"}}, "agents": 6} | content)
    return re.sub(r"\s+", " ", explain(scenario))


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_every_name_of_a_shipped_scenario_is_told_in_lines_that_fit(file: Path) -> None:
    scenario = load(file)
    text = explain(scenario, width=90)
    assert max(map(len, text.splitlines())) <= 90
    names = [*scenario.calls, *scenario.queues, *scenario.agents, *scenario.events]
    names += list(scenario.ivr.nodes or ()) if scenario.ivr is not None else []
    assert [name for name in names if name not in text] == []
    assert text.endswith("\n") and "  \n" not in text and "nan" not in text and "inf " not in text


@pytest.mark.parametrize("file", SCENARIOS, ids=lambda file: file.stem)
def test_calls_and_answering_teams_are_those_of_the_compiled_tables(file: Path) -> None:
    scenario = load(file)
    text = re.sub(r"\s+", " ", explain(scenario))
    program, names = compile_scenario(scenario)
    for code, name in enumerate(names.call_types):
        told_of = program.intervals.starts_at >= program.settings.count_from[0]  # not the days before that are simulated too
        total = float(program.flows.volume[code][told_of].sum())
        if scenario.replay is None and scenario.run.mode == "terminating":
            assert f"{total:,.0f}" in text or f"{total:,.1f}" in text, name
    for lane in range(len(program.lanes)):
        queue = names.queues[program.lanes.queue[lane]]
        block = text.partition(" Queues ")[2].partition(" Who goes first ")[0]
        part = block[block.index(f"{queue}") :]
        for team in np.flatnonzero(np.isfinite(program.reach.after[lane])):
            assert names.teams[team] in part, (queue, names.teams[team])


def test_days_hours_holidays_and_the_clock() -> None:
    text = told(WEEK | {"timezone": "Europe/Berlin", "holidays": ["2026-03-06"], "start": "2026-03-23", "days": 14})
    assert "Mon 2026-03-23 to Sun 2026-04-05 on the clock of Europe/Berlin, in intervals of 30 min." in text
    assert "Lines are open from 08:00 to 20:00 on Mon to Fri." in text
    assert "Lines are open from 09:00 to 14:00 on Sat." in text
    assert "Not open: Sun (2 of the 14 days)." in text
    assert "Sun 2026-03-29 has 23 hours: the clocks are put forward." in text
    text = told(WEEK | {"holidays": ["2026-03-06"]})
    assert "from 08:00 to 20:00 on Mon to Thu." in text and "Closed for a holiday: Fri 2026-03-06." in text
    night = told({"open": "22:00-06:30"})
    assert "open from 22:00 to 06:30 of the next morning that day" in night
    assert "Lines are open around the clock on every open day." in told({"open": "00:00-24:00", "days": 3})


def test_calls_by_kind_of_day_with_factors_and_what_differs() -> None:
    calls = {
        "orders": {
            "volume": {"mon-fri": {"total": "400/day", "profile": "flat"}, "sat": "10/h"},
            "weekday": {"mon": "120%"},
            "talk": {"lognormal": {"mean": "3m", "cv": 0.8}},
            "hold": {"share": "20%", "for": "50s"},
            "wrap": {"deterministic": "30s"},
            "patience": {"exponential": "90s", "balk": {"share": "10%", "waiting_at_least": 5}, "at_most": "10m"},
            "transfer": {"share": "5%", "to": "tech"},
        },
        "tech": {"volume": "12/h", "handle": "6m"},
    }
    text = told(WEEK | {"calls": calls, "uncertainty": {"centre_day": "6%", "type_day": {"tech": "8%"}}})
    assert "480 calls a day on Mon, 400 on Tue to Fri and 50 on Sat; 2,130 in all." in text
    assert "In these numbers: Mon 120 % of the volume written for the day." in text
    assert "Busiest interval: Mon 2026-03-02 08:00 with 20 calls, 2.4 erlangs of work." in text
    assert "Talk: 3 min on average (lognormal); on hold in 20 % of the calls: 50 s on average (exponential)" in text
    assert "wrap-up: always 30 s. Together 3 min 40 s." in text
    assert "Would wait 1 min 30 s on average (exponential) before hanging up, but nobody longer than 10 min." in text
    assert "10 % hang up at once when 5 or more wait already." in text
    assert "5 % of those answered go on to tech after their talk." in text
    assert "Would wait for ever: nobody hangs up." in text
    assert "A day has 6 % more or fewer calls of all types" in text and "tech: 8 % more or fewer on a day" in text


def test_several_destinations_and_redials_by_type_are_told() -> None:
    calls = {
        "a": {"volume": "9/h", "handle": "4m", "transfer": {"share": "30%", "to": {"b": "80%", "c": "20%"}, "at_most": 3}},
        "b": {"volume": "9/h", "handle": "4m"},
        "c": {"volume": "9/h", "handle": "4m"},
    }
    redial = {"share": "60%", "later": "40%", "after": "5m", "by_type": {"a": "90%", "b": {"share": "80%", "later": "50%"}}}
    queues = {"a": {"priority": 2, "weight": 0.5}, "b": {}, "c": {}}
    content = {"calls": calls, "after_contact": {"redial": redial | {"as": {"c": "b"}}}, "queues": queues}
    text = told(content | {"routing": {"pick_call": "priority_plus_wait"}})
    assert "30 % of those answered go on after their talk, 80 % of them to b and 20 % of them to c; so do those" in text
    assert "who came by a transfer, up to 3 times a call." in text
    assert "60 %, later 40 %, of those not served dial again" in text
    assert "Of those who waited as a: 90 %." in text and "Of those who waited as b: 80 %, later 50 %." in text
    assert "Who waited as c dials again as b." in text
    assert "Of the waiting calls an agent may take: the highest priority, which grows while a call waits." in text
    assert "Priorities grow: a from 2 by 0.5 a minute, b from 0 by 1 a minute, c from 0 by 1 a minute." in text


def test_a_volume_at_the_queue_is_told_as_such_before_it_is_solved_for() -> None:
    volume = {"total": "400/day", "profile": "flat", "counts": "all_at_queue"}
    text = told({"calls": {"orders": {"volume": volume, "handle": "4m", "patience": "2m"}}})
    assert "400 calls that day. These are all calls offered to the queue, redials included" in text
    assert "how many fresh calls bring them is not solved yet" in text


IVR = {
    "start": "welcome",
    "ports": 20,
    "misroute_talk": {"deterministic": "40s"},
    "nodes": {
        "welcome": {"time": "18s", "hang_up": "10%", "next": {"balance": "50%", "menu": "50%"}},
        "balance": {"time": {"uniform": {"min": "15s", "max": "45s"}}, "contained": {"orders": "40%"}, "next": "menu"},
        "menu": {"time": "14s", "opt_out": "3%", "retry": {"share": "9%", "at_most": 1}, "misroute": "4%"},
    },
}


def test_the_way_through_the_ivr_with_its_shares() -> None:
    kinds = {name: {"volume": "60/h", "handle": "4m", "patience": "2m"} for name in ("orders", "tech")}
    text = told({"calls": kinds, "agents": 12, "ivr": IVR, "lines": 60})
    assert "60 lines carry IVR, waiting and talk; who finds them all in use is blocked." in text
    assert "20 IVR ports; who finds them all taken is blocked." in text
    assert "Everybody begins at welcome." in text
    assert "welcome: 18 s on average; 10 % hang up; of the others 50 % go to balance and 50 % go to menu." in text
    assert "balance: between 15 s and 45 s; 40 % of orders are served here; all others go to menu." in text
    assert "menu: 14 s on average; 3 % ask for an agent and go to their queue; 9 % hear it again, at most once; " in text
    assert "all others go to their queue, 4 % of them to a wrong one." in text
    assert "talks with an agent (always 40 s) and is passed on to his own." in text
    assert "Of 100 callers of orders who enter the IVR 18.0 are served by it, 10.0 hang up in it and 72.0 reach a queue" in text
    assert "Of 100 callers of tech who enter the IVR 10.0 hang up in it and 90.0 reach a queue" in text
    assert "Over all types 81 % of the fresh calls reach a queue." in text


FLOOR = {
    "calls": {
        "billing": {"volume": "60/h", "handle": "4m", "patience": "2m", "needs": ["billing"]},
        "tech": {"volume": "20/h", "handle": "6m", "patience": "2m", "needs": ["tech"]},
    },
    "queues": {
        "billing": {
            "priority": 2,
            "teams": ["one"],
            "expand": [{"after": "45s", "to": ["two"]}],
            "overflow": [{"after": "3m", "to": "vendor", "clock": "restart"}],
            "max_waiting": 10,
        },
        "tech": {"max_waiting": 0},
    },
    "agents": {
        "one": {"headcount": 8, "skills": {"billing": {}, "tech": {"prefer": 2}}, "reserve": 2},
        "two": {"headcount": 5, "skills": {"tech": {"handle": "90%"}, "billing": {"prefer": 2}}},
        "vendor": {"capacity": 3, "answer_delay": {"deterministic": "10s"}, "skills": ["billing"]},
    },
}


def test_who_reaches_which_queue_when_and_where_calls_go() -> None:
    text = told(FLOOR)
    assert "billing (priority 2): calls of billing. Answered by one. After 45 s of waiting also by two." in text
    assert "After 3 min of waiting the call leaves for vendor, where its waiting counts anew." in text
    assert "At most 10 wait. Who would wait beside them goes to vendor at once." in text
    assert "tech (priority 0): calls of tech. Answered by two (in 90 % of the usual time), then one." in text
    assert "Nobody waits here: who is not answered at once is turned away." in text
    assert "vendor (priority 0): no calls of its own, and what flows over of billing. Answered by vendor." in text
    assert "the highest priority, then what his team prefers, then the longest wait." in text
    assert "one starts calls it does not prefer most only while 2 of them are still idle afterwards" in text
    assert "A vendor: 3 agents that day, in all opening hours." in text
    assert "The phone rings always 10 s before it is answered" in text


def test_to_whom_callbacks_are_offered_and_how_they_are_made() -> None:
    callback = {
        "offer": {"expected_wait_over": "4m", "waiting_at_least": 3, "window": "09:00-18:00"},
        "accept": "35%",
        "dial": {"ring": "25s", "answered": "85%", "attempts": 2, "retry_after": "15m"},
    }
    text = told(WEEK | {"queues": {"orders": {"callback": callback}}})
    assert (
        "Who would wait where the call answered last waited longer than 4 min or where 3 others wait between 09:00 and 18:00"
        in text
    )
    assert "is offered a callback; 35 % accept and ring off" in text
    assert (
        "in the place they had among the calls, with a ring of 25 s on average that 85 % answer, 2 times at most, 15 min"
        in text
    )
    assert "who is still on the list at closing is dialled from the next opening on" in text
    behind = {"accept": "10%", "place": "behind", "reserve": 2, "at_close": "clear", "offer": {"at": "waiting", "after": "1m"}}
    text = told(WEEK | {"queues": {"orders": {"callback": behind}}})
    assert "Who has waited 1 min is offered a callback" in text
    assert "when no call waits, and 2 of the team stay idle" in text
    assert "is dialled no more" in text
    assert "callback" not in told(WEEK | {"queues": {"orders": {"callback": behind | {"accept": "0%"}}}})


def test_who_may_leave_a_message_and_what_becomes_of_it() -> None:
    voicemail = {
        "after": "3m",
        "when_closed": True,
        "share": "60%",
        "message": "40s",
        "dial": {"ring": {"deterministic": "20s"}},
    }
    text = told(WEEK | {"queues": {"orders": {"voicemail": voicemail}}})
    night = {"orders": {"volume": "60/h", "handle": "4m", "patience": "2m", "out_of_hours": "5/day"}}
    again = told(WEEK | {"calls": night, "queues": {"orders": {"voicemail": voicemail}}})
    assert "Who has waited 3 min, finds it closed or dials while lines are closed may leave a message" in again
    assert "Who has waited 3 min or finds it closed may leave a message; 60 % do, which takes 40 s on the line." in text
    assert "They are dialled when no call waits, with a ring of 20 s on average" in text
    nothing = {"when_full": True, "share": "60%", "then": "nothing"}
    text = told(WEEK | {"queues": {"orders": {"voicemail": nothing, "max_waiting": 5}}})
    assert "Who finds the queue full may leave a message" in text and "That is all: nobody calls back." in text
    text = told(WEEK | {"queues": {"orders": {"voicemail": {"after": "3m", "share": "60%"}, "callback": {"accept": "20%"}}}})
    assert "They are called back as others are; their wait for that begins then." in text
    assert "message" not in told(WEEK | {"queues": {"orders": {"voicemail": voicemail | {"share": "0%"}}}})


def test_hours_in_which_nobody_is_there_are_named() -> None:
    staff = {"desk": {"staffing": {"on_phones": [0, 0, *[4] * 13, 0]}}}
    text = told({"agents": staff})
    assert "nobody is there: Mon 2024-01-01 09:00 to 10:00, Mon 2024-01-01 16:30 to 17:00." in text


def test_what_shrinks_to_what() -> None:
    """Ten people from 08:00 to 18:00, an hour of break each, open 09:00 to 17:00: 80 h on shift, 70 h on the phones by plan."""
    team = {"shifts": {"day": 10}, "shrinkage": {"absent": "10%", "late": {"share": "20%", "by": "9m"}, "off_phone": "5%"}}
    shifts = {"day": {"time": "08:00-18:00", "breaks": [{"between": "11:00-14:00", "for": "1h", "paid": False}]}}
    text = told({"agents": {"desk": team}, "shifts": shifts})
    assert "day 08:00-18:00 with 1 h unpaid break in 11:00-14:00, one after the other; 10 agents that day." in text
    assert "80 h on shift in opening hours -> 70 h on the phones by plan, without breaks and meetings" in text
    assert "-> 63 h as 10 % are absent for the whole day -> 59.9 h as 5 % are lost to unplanned time off the phones." in text
    assert "So 74.8 % of the time on shift is on the phones." in text
    assert "20 % of the shifts begin late, by 9 min on average" in text
    assert "Most on the phones, on average: 8.6 on Mon 2024-01-01 09:00." in text


def test_what_happens_at_closing() -> None:
    serve = told({"closing": {"queue": "serve", "overtime_up_to": "20m"}})
    assert "Lines close at 17:00; nobody can dial any more. Whoever waits is still served, in overtime." in serve
    assert "After 20 min of overtime whoever still waits is sent away." in serve
    clear = told({"closing": {"queue": "clear"}} | WEEK)
    assert "Lines close at 20:00 on Mon to Fri and at 14:00 on Sat" in clear
    assert "Whoever waits is sent away at once" in clear
    steady = told({"run": {"mode": "steady", "length": "40h", "warm_up": "4h"}})
    assert "One opening of 40 h without closing" in steady and "Nothing is counted of the first 4 h." in steady


def test_who_dials_again_and_what_odds_do_to_the_share() -> None:
    redial = {"share": "40%", "after": "6m", "attempts": 3, "odds": {"earlier_contacts": 0.5, "wait_over_3m": 3, "blocked": 6}}
    text = told({"after_contact": {"redial": redial}})
    assert "40 % of those not served dial again, after 6 min on average (exponential), at most 3 times." in text
    assert "Odds x 0.5 for each earlier try: 40 % become 25 %." in text
    assert "Odds x 3 for who waited more than 3 min: 40 % become 66.7 %." in text
    assert "Odds x 6 for who found no free line or port: 40 % become 80 %." in text
    assert "Nobody dials again: who was not served is lost." in told({})


def test_who_comes_back_or_leaves() -> None:
    back = {"share": "20%", "after": "6m", "attempts": 2, "odds": {"unresolved": 4, "hops": 2, "refused": 9}}
    gone = {"share": "1%", "odds": {"wait_over_3m": 2}}
    text = told({"after_contact": {"return": back, "leave": gone, "satisfaction": {"base": 4}}})
    assert (
        "20 % of those answered come back with the same problem, after 6 min on average (exponential), at most 2 times." in text
    )
    assert "Odds x 4 for who has a problem that nobody has solved, and nobody refused to: 20 % become 50 %." in text
    assert "Odds x 2 for each agent met beyond the first: 20 % become 33.3 %." in text
    assert "Odds x 9 for who was refused what he needs: 20 % become 69.2 %." in text
    assert "1 % of the customers whose problem is over are gone for good." in text
    assert "An index of satisfaction is reckoned for each customer; it changes nothing." in text
    assert "before the first" in text and "nothing of it is counted." in text
    assert "come back" not in told({})


def test_events_with_their_dates_and_what_they_change() -> None:
    events = {
        "outage": {
            "when": ["tue 09:30-10:45", "2026-03-04 10:00-11:00"],
            "set": {"calls.orders.scale": {"times": "150%"}, "queues.orders": "closed"},
        },
        "training": {"when": "mon 13:00-14:00", "off_phones": {"agents": 3}},
        "storm": {
            "chance": "4% per day",
            "start": "08:00-16:00",
            "for": "2h",
            "set": {"calls.orders.handle": {"times": "120%"}},
            "off_phones": {"agents": 2},
        },
    }
    text = told(WEEK | {"events": events})
    assert "outage: 09:30-10:45 on Tue 2026-03-03 and 10:00-11:00 on Wed 2026-03-04." in text
    assert "Calls of orders come at 150 % of their rate." in text
    assert "Closed: queue orders; who comes there is sent away, who waits already is served." in text
    assert "training: 13:00-14:00 on Mon 2026-03-02. 3 of agents are off the phones" in text
    assert "storm: with a chance of 4 % on each day, beginning some time in 08:00-16:00, for 2 h on average" in text
    assert "2 of agents are off the phones: idle ones at once, then whoever is free next." in text
    assert "Who dials then and calls about orders takes 120 % of the usual time." in text
    assert "Nothing special happens." in told({})


def test_what_is_counted_and_to_be_reached() -> None:
    text = told({"target": "80/20", "metrics": {"also_within": ["30s"], "flow_outs": "met", "short_abandon": "7s"}})
    assert "To be reached 80/20 over the run." in text
    assert "Service level answered_over_offered" in text and "count as served if in time" in text
    assert "hanging up before 7 s is a short abandon" in text and "answered within 30 s" in text
    assert "100 replications, seed 1" in text


CLAIMS = {
    "currency": "EUR",
    "authority_levels": {"none": 0, "agent": 25, "lead": 150},
    "calls": {
        "claims": {
            "volume": "60/h",
            "handle": "4m",
            "needs_authority": {"share": "10%", "amount": {"lognormal": {"median": 60, "p90": 200}}, "talk": "120%"},
            "unresolved": "8%",
        },
        "orders": {"volume": "20/h", "handle": "3m", "needs_authority": {"none": "80%", "agent": "15%", "lead": "5%"}},
    },
    "queues": {"claims": {"teams": ["desk"]}, "orders": {"teams": ["desk"]}},
    "agents": {
        "desk": {"headcount": 8, "authority": "agent", "credit_budget": "90/day", "unresolved": "3%"},
        "leads": {"headcount": 1, "authority": "lead", "cost": "30/h"},
        "manager": {"headcount": 1, "authority": "unlimited"},
    },
    "make_it_right": {
        "first_leg": "60%",
        "decide": {"frontline": "40s", "supervisor": "30s"},
        "retell": "30s",
        "on_shortfall": {"escalate": "80%", "refuse": "20%"},
        "escalate": {"lose_caller": "3%", "max_hops": 2},
        "leakage": {"share": "1%", "amount": 15},
    },
    "costs": {"trunk_per_minute": 0.012, "per_abandon": 1.5},
}


def test_who_needs_what_who_may_grant_it_and_what_becomes_of_the_others() -> None:
    text = told(CLAIMS)
    assert "claims: 10 % need somebody who may grant 93 EUR on average (half of them up to 60, 90 % up to 200)." in text
    assert "claims: the talk about a case that needs something takes 120 % of the usual time." in text
    assert "orders: 80 % need nothing, 15 % need 25 EUR and 5 % need 150 EUR." in text
    assert "Of what desk settles 3 % stays unsolved besides." in text
    assert "For each case, agents may grant: desk 25 EUR; leads 150 EUR; manager any amount." in text
    assert "An agent of desk may grant 90 EUR a day in all." in text
    assert "A case beyond an agent's limit is passed on (80 %) or is refused (20 %)." in text
    assert "It is passed on to those with the least limit that suffices" in text
    assert "3 % of the callers hang up at that moment." in text and "at most 2 times in a call" in text
    assert "Who does not settle it at once has talked for 60 % of the whole talk by then." in text
    assert "Whoever comes later hears the story again for 30 s." in text
    assert "takes the first agent 40 s, later ones 30 s" in text
    assert "1 % of those who need nothing are given 15 EUR all the same" in text
    assert "lead (escalated): no calls of its own, and what is passed on for want of authority of claims and orders." in text
    assert "A line in use costs 0.012 EUR a minute" in text and "Each call that is abandoned costs 1.50 EUR." in text


def test_the_limits_told_are_those_of_the_policy() -> None:
    text = told(CLAIMS | {"make_it_right": {"policy": "frontline_settles"}})
    assert "agents may grant: leads 150 EUR; desk and manager any amount." in text
    text = told(
        CLAIMS | {"make_it_right": {"policy": "frontline_chain", "on_shortfall": {"consult": "50%", "call_back": "50%"}}}
    )
    assert "is settled after asking a colleague who may grant it (50 %) or is promised a call" in text
    assert "passed on to those" not in text
    assert "Whoever answers a call may settle it." in told({}) and "Nothing costs money." in told({})


def test_what_content_is_made_of() -> None:
    content = {"base": 4.5, "per_minute_waited": -0.1, "refused": -1.5}
    text = told({"after_contact": {"satisfaction": content}})
    assert "4.5, -0.1 for each minute waited, -1.5 for one refused; at least 1, at most 5." in text
