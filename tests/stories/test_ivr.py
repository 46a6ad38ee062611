"""The IVR as a graph of nodes: ways on, being served there, retries, opting out, ports. The centre is open from 0 to 600 s."""

from __future__ import annotations

from typing import Any

from tests.stories.centre import FOR_EVER, NEVER, centre


def node(seconds: int, **more: object) -> dict[str, Any]:
    """A node that takes so many seconds."""
    return {"time": {"deterministic": f"{seconds}s"}} | more


AGAIN = {"redial": {"share": "100%", "after": {"deterministic": "40s"}, "attempts": 1}}
TWO_KINDS = {"a": {"handle": {"deterministic": "60s"}}, "b": {"handle": {"deterministic": "60s"}}}


def test_each_node_is_a_stay_and_patience_begins_at_the_queue(tell):
    """
    Nodes by code: 0 menu (20 s, to the queue), 1 welcome (10 s, to the menu); callers begin at welcome.
    0    A dials: welcome until 10, menu until 30, then agent 0, until 90
    5    B dials, patient for 20 s: welcome until 15, menu until 35, waits, gives up at 55
    """
    ivr = {"start": "welcome", "nodes": {"welcome": node(10, next="menu"), "menu": node(20)}}
    told = tell(centre([(0, 60, FOR_EVER), (5, 60, 20)], ivr=ivr))
    assert told.contacts == [
        (0, 0, "SERVED", 0, 30, 90, 0),
        (1, 0, "ABANDONED", 5, 35, 55, 20),
    ]
    assert told.stays == [
        (0, 0, "ivr 1", "PASSED_ON", -1, 0, NEVER, NEVER, 10, NEVER),
        (0, 0, "ivr 0", "PASSED_ON", -1, 10, NEVER, NEVER, 30, NEVER),
        (0, 0, 0, "SERVED", 0, 30, NEVER, 30, 90, 90),
        (1, 0, "ivr 1", "PASSED_ON", -1, 5, NEVER, NEVER, 15, NEVER),
        (1, 0, "ivr 0", "PASSED_ON", -1, 15, NEVER, NEVER, 35, NEVER),
        (1, 0, 0, "ABANDONED", -1, 35, 55, NEVER, 55, NEVER),
    ]
    assert told.rows.segments["segment"].tolist() == [0, 1, 2, 0, 1, 2]


def test_who_is_served_by_the_ivr_has_no_queue_frees_his_line_and_never_dials_again(tell):
    """
    One line; the IVR lasts 30 s and serves all callers of type a, none of type b. Whoever is not served dials again after 40 s.
    0    A (type a) dials; at 30 his problem is solved: CONTAINED, and his episode with it
    10   B (type b) finds the line taken: BLOCKED, and dials again at 50
    30   A is gone; then C (type b) dials and gets the line: IVR until 60, agent 0 until 120
    50   B finds it taken again, and gives up
    """
    told = tell(
        centre(
            [(0, None, FOR_EVER, "a"), (10, None, FOR_EVER, "b"), (30, None, FOR_EVER, "b")],
            kinds=TWO_KINDS,
            lines=1,
            ivr={"time": {"deterministic": "30s"}, "contained": {"a": "100%"}},
            after_contact=AGAIN,
        )
    )
    assert told.contacts == [
        (0, 0, "CONTAINED", 0, NEVER, 30, 0),
        (1, 0, "BLOCKED", 10, NEVER, 10, 0),
        (1, 1, "BLOCKED", 50, NEVER, 50, 0),
        (2, 0, "SERVED", 30, 60, 120, 0),
    ]
    assert told.stays[0] == (0, 0, "ivr", "CONTAINED", -1, 0, NEVER, NEVER, 30, NEVER)
    assert told.rows.contacts["queue"].tolist() == [-1, -1, -1, 1]
    episode = told.rows.episodes[["n_contacts", "n_offered", "outcome", "ended_at", "wait", "talk_time"]][0]
    assert episode.tolist() == (1, 0, 11, 30, 0, 0)


def test_a_node_is_heard_again_as_often_as_it_allows_then_the_caller_goes_on(tell):
    """
    The menu lasts 10 s; nobody understands it, everybody hears it again, twice at most; then operator (5 s) and the queue.
    0    A dials: menu until 10, again until 20, again until 30, then operator until 35, then agent 0
    """
    ivr = {
        "start": "menu",
        "nodes": {"menu": node(10, retry={"share": "100%", "at_most": 2}, next="operator"), "operator": node(5)},
    }
    told = tell(centre([(0, 60, FOR_EVER)], ivr=ivr))
    assert told.stays == [
        (0, 0, "ivr 0", "RETRIED", -1, 0, NEVER, NEVER, 10, NEVER),
        (0, 0, "ivr 0", "RETRIED", -1, 10, NEVER, NEVER, 20, NEVER),
        (0, 0, "ivr 0", "PASSED_ON", -1, 20, NEVER, NEVER, 30, NEVER),
        (0, 0, "ivr 1", "PASSED_ON", -1, 30, NEVER, NEVER, 35, NEVER),
        (0, 0, 0, "SERVED", 0, 35, NEVER, 35, 95, 95),
    ]


def test_who_opts_out_goes_to_the_queue_at_once_and_is_asked_before_he_may_hear_it_again(tell):
    """
    At the end of the menu (10 s) everybody asks for an agent, though all would hear it again or go on to the survey.
    0    A dials; at 10 he opts out: agent 0, until 70
    """
    ivr = {
        "start": "menu",
        "nodes": {"menu": node(10, opt_out="100%", retry="100%", next="survey"), "survey": node(100)},
    }
    told = tell(centre([(0, 60, FOR_EVER)], ivr=ivr))
    assert told.stays == [
        (0, 0, "ivr 0", "OPTED_OUT", -1, 0, NEVER, NEVER, 10, NEVER),
        (0, 0, 0, "SERVED", 0, 10, NEVER, 10, 70, 70),
    ]


def test_hanging_up_comes_before_being_served_and_that_before_opting_out(tell):
    """
    In one centre everybody would hang up, be served and opt out at the end of the node (10 s): all hang up. In the other
    everybody would be served and opt out: all are served. Neither is unserved, so nobody dials again.
    """
    first = {"nodes": {"only": node(10, hang_up="100%", contained="100%", opt_out="100%")}}
    second = {"nodes": {"only": node(10, contained={"all": "100%"}, opt_out="100%")}}
    for ivr, outcome in ((first, "HUNG_UP"), (second, "CONTAINED")):
        told = tell(centre([(0, 60, FOR_EVER)], ivr=ivr, after_contact=AGAIN))
        assert told.contacts == [(0, 0, outcome, 0, NEVER, 10, 0)]
        assert told.agents == [(0, "AVAILABLE", -1, 0, 600)]


def test_a_port_is_taken_in_the_ivr_only_and_free_for_the_dial_of_the_instant_it_is_left(tell):
    """
    One port, lines enough; two nodes of 10 s and 20 s.
    0    A takes the port until 30
    15   B finds it taken: BLOCKED
    30   A reaches agent 0, until 130; then C dials and takes the port, until 60; he waits until 130
    40   D finds it taken: BLOCKED
    60   C waits without a port; E dials at 60 and takes it until 90, then waits
    130  agent 0 takes C until 190, then E until 250
    """
    ivr = {"start": "one", "ports": 1, "nodes": {"one": node(10, next="two"), "two": node(20)}}
    calls = [(0, 100, FOR_EVER), (15, 60, FOR_EVER), (30, 60, FOR_EVER), (40, 60, FOR_EVER), (60, 60, FOR_EVER)]
    told = tell(centre(calls, ivr=ivr))
    assert told.contacts == [
        (0, 0, "SERVED", 0, 30, 130, 0),
        (1, 0, "BLOCKED", 15, NEVER, 15, 0),
        (2, 0, "SERVED", 30, 60, 190, 70),
        (3, 0, "BLOCKED", 40, NEVER, 40, 0),
        (4, 0, "SERVED", 60, 90, 250, 100),
    ]


def test_agents_stay_after_closing_until_the_ivr_has_served_its_last_caller(tell):
    """
    The lines close at 600. Type a is served at the second node, 30 s after the dial; type b goes on to the queue.
    580  A (type a): first node until 590, second until 610: CONTAINED. Then nobody is inside: agent 0 goes home at 610
    On another day
    580  B (type b): in the queue at 610, agent 0 until 670, past closing
    """
    ivr = {"start": "one", "nodes": {"one": node(10, next="two"), "two": node(20, contained={"a": "100%"})}}
    told = tell(centre([(580, None, FOR_EVER, "a")], kinds=TWO_KINDS, ivr=ivr))
    assert told.contacts == [(0, 0, "CONTAINED", 580, NEVER, 610, 0)]
    assert told.agents == [(0, "AVAILABLE", -1, 0, 610)]
    told = tell(centre([(580, None, FOR_EVER, "b")], kinds=TWO_KINDS, ivr=ivr))
    assert told.contacts == [(0, 0, "SERVED", 580, 610, 670, 0)]
    assert told.agents == [(0, "AVAILABLE", -1, 0, 610), (0, "TALK", 0, 610, 670)]


def test_who_comes_out_of_the_ivr_after_the_queues_were_cleared_is_sent_away(tell):
    """
    The lines close at 600 and waiting is over.
    575  A: first node until 585, second until 605: CLOSED. He is still served by the IVR where it can:
    580  B (type a): CONTAINED at 610
    """
    ivr = {"start": "one", "nodes": {"one": node(10, next="two"), "two": node(20, contained={"a": "100%"})}}
    calls = [(575, None, FOR_EVER, "b"), (580, None, FOR_EVER, "a")]
    told = tell(centre(calls, kinds=TWO_KINDS, ivr=ivr, closing={"queue": "clear"}))
    assert told.contacts == [
        (0, 0, "CLOSED", 575, 605, 605, 0),
        (1, 0, "CONTAINED", 580, NEVER, 610, 0),
    ]
    assert told.agents == [(0, "AVAILABLE", -1, 0, 610)]


def test_a_node_of_no_time_is_a_stay_and_does_not_cost_the_caller_his_turn(tell):
    """
    A node of 30 s, then one of no time. A and B dial at 0.
    30   A leaves the first node and, before B's turn, the second: agent 0 answers him until 90. Then B; he waits until 90
    """
    ivr = {"start": "one", "nodes": {"one": node(30, next="nothing"), "nothing": node(0)}}
    told = tell(centre([(0, 60, FOR_EVER), (0, 60, FOR_EVER)], ivr=ivr))
    assert told.contacts == [
        (0, 0, "SERVED", 0, 30, 90, 0),
        (1, 0, "SERVED", 0, 30, 150, 60),
    ]
    assert told.stays[1] == (0, 0, "ivr 0", "PASSED_ON", -1, 30, NEVER, NEVER, 30, NEVER)


def test_a_redial_begins_at_the_start_again(tell):
    """
    Two nodes of 10 s. Agent 0 talks with A until 200.
    10   B dials, patient for 20 s: in the queue at 30, hangs up at 50, dials again at 90: in the queue at 110, gone at 130
    """
    ivr = {"start": "one", "nodes": {"one": node(10, next="two"), "two": node(10)}}
    told = tell(centre([(0, 180, FOR_EVER), (10, 60, 20)], ivr=ivr, after_contact=AGAIN))
    assert told.contacts[1:] == [
        (1, 0, "ABANDONED", 10, 30, 50, 20),
        (1, 1, "ABANDONED", 90, 110, 130, 20),
    ]
    assert [stay[:3] for stay in told.stays[3:]] == [
        (1, 0, "ivr 0"),
        (1, 0, "ivr 1"),
        (1, 0, 0),
        (1, 1, "ivr 0"),
        (1, 1, "ivr 1"),
        (1, 1, 0),
    ]


TWO_QUEUES = {
    "kinds": TWO_KINDS,
    "queues": {"a": {"teams": ["x"]}, "b": {"teams": ["y"]}},
    "agents": {"x": {"headcount": 1}, "y": {"headcount": 1}},
}
"""Agent 0 answers queue 0 (calls of type a), agent 1 queue 1 (type b)."""
MISROUTED = {"misroute_talk": {"deterministic": "20s"}, "nodes": {"menu": node(10, misroute="100%")}}


def test_a_misrouted_caller_is_passed_on_to_his_own_queue(tell):
    """
    All are misrouted; an agent needs 20 s to find out.
    0    A (type a, 60 s) is in the menu until 10, then in queue 1: agent 1 until 30, then in queue 0: agent 0 until 90
    """
    told = tell(centre([(0, None, FOR_EVER, "a")], ivr=MISROUTED, **TWO_QUEUES))
    assert told.contacts == [(0, 0, "SERVED", 0, 10, 90, 0)]
    assert told.stays == [
        (0, 0, "ivr", "MISROUTED", -1, 0, NEVER, NEVER, 10, NEVER),
        (0, 0, 1, "TRANSFERRED", 1, 10, NEVER, 10, 30, 30),
        (0, 0, 0, "SERVED", 0, 30, NEVER, 30, 90, 90),
    ]
    assert told.rows.segments["call_type"].tolist() == [0, 1, 0]
    (contact,), (episode,) = told.rows.contacts, told.rows.episodes
    assert (contact["call_type"], contact["queue"], contact["n_stays"], contact["n_answered"]) == (0, 1, 2, 2)
    assert (contact["talk_time"], contact["later_wait"], episode["call_type"], episode["talk_time"]) == (80, 0, 0, 80)
    assert told.agents[:2] == [(0, "AVAILABLE", -1, 0, 30), (0, "TALK", 0, 30, 90)]


def test_his_record_is_kept_for_his_own_agent_and_he_waits_as_long_as_he_would(tell):
    """
    0    B (type b, handled in 100 s) reaches agent 0 at 10 by mistake; he is passed on at 30 and served by agent 1 until 130
    40   A (type a, patient for 15 s) is in queue 1 at 50, where agent 1 talks: he hangs up at 65, and was in no other queue
    """
    told = tell(centre([(0, 100, FOR_EVER, "b"), (40, 30, 15, "a")], ivr=MISROUTED, **TWO_QUEUES))
    assert told.contacts == [(0, 0, "SERVED", 0, 10, 130, 0), (1, 0, "ABANDONED", 40, 50, 65, 15)]
    assert told.stays[-2:] == [
        (1, 0, "ivr", "MISROUTED", -1, 40, NEVER, NEVER, 50, NEVER),
        (1, 0, 1, "ABANDONED", -1, 50, 65, NEVER, 65, NEVER),
    ]
    assert told.rows.contacts["queue"].tolist() == [0, 1]


def test_he_may_still_need_another_department_from_his_own(tell):
    """
    Callers of type a need type b after their talk of 60 s.
    0    A (type a): by mistake agent 1 from 10 to 30, then agent 0 until 90, then, for what he needs there, agent 1 until 150
    """
    kinds = {"a": TWO_KINDS["a"] | {"transfer": {"share": "100%", "to": "b"}}, "b": TWO_KINDS["b"]}
    told = tell(centre([(0, None, FOR_EVER, "a")], ivr=MISROUTED, **(TWO_QUEUES | {"kinds": kinds})))
    assert [stay[2:5] for stay in told.stays[1:]] == [(1, "TRANSFERRED", 1), (0, "TRANSFERRED", 0), (1, "SERVED", 1)]
    assert told.contacts == [(0, 0, "SERVED", 0, 10, 150, 0)]
    assert told.rows.contacts["n_answered"].tolist() == [3]


def test_nobody_goes_home_while_a_misrouted_caller_talks(tell):
    """
    580  A (type a): by mistake agent 1 from 590 to 610, past closing at 600; agent 0 stays for him and serves him until 670
    """
    told = tell(centre([(580, None, FOR_EVER, "a")], ivr=MISROUTED, **TWO_QUEUES))
    assert told.contacts == [(0, 0, "SERVED", 580, 590, 670, 0)]
    assert told.agents == [
        (0, "AVAILABLE", -1, 0, 610),
        (0, "TALK", 0, 610, 670),
        (1, "AVAILABLE", -1, 0, 590),
        (1, "TALK", 0, 590, 610),
    ]


def test_who_opts_out_and_whose_colleagues_share_his_queue_cannot_be_misrouted(tell):
    """
    In one centre all opt out of the menu: they know where they want to go. In the other both types wait in one queue.
    """
    opting = {"nodes": {"menu": node(10, misroute="100%", opt_out="100%")}}
    told = tell(centre([(0, None, FOR_EVER, "a")], ivr=opting, **TWO_QUEUES))
    assert [stay[2:4] for stay in told.stays] == [("ivr", "OPTED_OUT"), (0, "SERVED")]
    three = {"kinds": TWO_KINDS | {"c": TWO_KINDS["a"]}, "queues": {"a": {"calls": ["a", "b"]}, "c": {}}}
    told = tell(centre([(0, None, FOR_EVER, "a"), (300, None, FOR_EVER, "c")], ivr=MISROUTED, **three))
    assert [stay[2:4] for stay in told.stays[:3]] == [("ivr", "MISROUTED"), (1, "TRANSFERRED"), (0, "SERVED")]
    assert told.stays[3][3] == "MISROUTED" and told.stays[4][2:4] == (0, "TRANSFERRED")


def test_who_dials_again_is_misrouted_anew(tell):
    """
    0    B (type b) talks: by mistake agent 0 from 10 to 30, agent 1 until 430
    40   A (type a, patient for 15 s) is in queue 1 at 50, hangs up at 65, dials at 105: menu until 115, queue 1 until 130: gone
    """
    told = tell(centre([(0, 400, FOR_EVER, "b"), (40, 30, 15, "a")], ivr=MISROUTED, after_contact=AGAIN, **TWO_QUEUES))
    assert told.contacts[1:] == [(1, 0, "ABANDONED", 40, 50, 65, 15), (1, 1, "ABANDONED", 105, 115, 130, 15)]
    assert [stay[2:4] for stay in told.stays if stay[:2] == (1, 1)] == [("ivr", "MISROUTED"), (1, "ABANDONED")]
