"""The agreement test bites in each family of features: a rule, a rank or a draw broken in the reference engine is found."""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from ccsim.engine.reference import after_contact, desk, floor, happened, presence, routing
from ccsim.engine.reference import callbacks as reference_callbacks
from ccsim.engine.reference.callbacks import Callbacks
from ccsim.engine.reference.consult import Consults
from ccsim.engine.reference.desk import Desk
from ccsim.engine.reference.floor import Floor
from ccsim.engine.reference.presence import Presence
from ccsim.jit import ENABLED
from ccsim.rules import callers, handling, ivr
from ccsim.rules import presence as presence_rules
from ccsim.rules.randomness import leg_entity
from ccsim.vocabulary import Event, Outcome
from tests.engines.test_teeth import PROGRAMS, differs, swapped

Patch = pytest.MonkeyPatch
Break = Callable[[Patch], None]


def rule(room: Any, name: str, instead: Callable[..., Any], called: str) -> Break:
    """In a room of the reference engine, a rule is another one: `instead` gets the rule and its arguments."""

    def put(patch: Patch) -> None:
        module = room[0]
        rules = {**vars(getattr(module, room[1]))}
        original = rules[name]
        rules[name] = lambda *what: instead(original, *what)
        patch.setattr(module, room[1], SimpleNamespace(**rules))

    put.__name__ = called
    return put


def method(owner: type, name: str, instead: Callable[..., Any], called: str) -> Break:
    """A method of the reference engine is another one: `instead` gets the method, the object and the arguments."""

    def put(patch: Patch) -> None:
        original = getattr(owner, name)
        patch.setattr(owner, name, lambda self, *what, **more: instead(original, self, *what, **more))

    put.__name__ = called
    return put


def function(module: Any, name: str, instead: Callable[..., Any], called: str) -> Break:
    """A function imported by a module of the reference engine is another one."""

    def put(patch: Patch) -> None:
        original = getattr(module, name)
        patch.setattr(module, name, lambda *what: instead(original, *what))

    put.__name__ = called
    return put


CALLERS, HANDLING, IVR, PRESENCE = (floor, "callers"), (floor, "handling"), (floor, "ivr"), (presence, "presence")
AUTHORITY = (desk, "authority")


def keep_reserves(original: Any, self: Any, n_idle: int) -> float:
    return n_idle


def nobody_looks_again(original: Any, self: Floor) -> None:
    idle = [list(team.idle) for team in self.teams]
    for team in self.teams:
        team.idle.clear()
    original(self)
    for team, agents in zip(self.teams, idle, strict=True):
        team.idle.extend(agents)


def other_luck(place: int) -> Callable[..., Any]:
    """The draw of somebody else: the argument at this place is one more."""
    return lambda original, *what: original(*what[:place], what[place] + 1, *what[place + 1 :])


def one_number(original: Any, *what: Any) -> float:
    return 0.5


def mean_of_two(original: Any, *what: Any) -> float:
    return float(original(*what)) * 2.0


def restart_the_clock(original: Any, self: Floor, caller: Any, step: Any) -> None:
    original(self, caller, step._replace(keep_clock=0))


def look_only_once(original: Any, self: Floor, caller: Any, step: int) -> None:
    original(self, caller, step)
    if step > 0:
        caller.steps_at = math.inf


def lose_patience_anew(original: Any, self: Floor, caller: Any) -> None:
    caller.gives_up_at = math.inf
    original(self, caller)


def hear_the_announcement_of_the_other(original: Any, *what: Any) -> Any:
    outcome, goes_to = original(*what)
    return (Outcome.PASSED_ON, goes_to) if outcome == Outcome.OPTED_OUT else (outcome, goes_to)


def stay_for_nobody(original: Any, self: Presence, agent: Any, duty: int) -> None:
    draining, self.floor.draining = self.floor.draining, False
    original(self, agent, duty)
    self.floor.draining = draining


def lowest_id_is_called_off(original: Any, self: Presence, team: Any, n: int) -> None:
    idle = list(team.idle)
    team.idle.sort(key=lambda agent: agent.id)
    original(self, team, n)
    team.idle[:] = [agent for agent in idle if agent in team.idle]


def spells_before_breaks(original: Any, self: Presence, agent: Any) -> bool:
    person = self.people[agent.id]
    if person.breaks_due and person.spells_due and not person.in_overtime and not person.is_leaving:
        due, person.breaks_due = person.breaks_due, []
        gone = bool(original(self, agent))
        person.breaks_due = due
        return gone
    return bool(original(self, agent))


def with_the_first_above(original: Any, record: Any, call_type: int, limit: float, needed: float) -> int:
    return int(original(record, call_type, limit, 0.0))


def without_the_story(original: Any, *what: Any) -> float:
    return float(original(*what[:-1], 0.0))


def no_time_to_brief(original: Any, self: Floor, caller: Any, after: float) -> None:
    original(self, caller, 0.0)


def no_wrap_after_a_briefing(original: Any, self: Floor, agent: Any) -> None:
    agent.wrap_next = 0.0
    original(self, agent)


def one_hop_more_than_allowed(original: Any, *what: Any) -> int:
    return int(original(*what[:6], what[6] - 1, *what[7:]))


def budgets_without_end(original: Any, self: Desk, caller: Any, case: Any, agent: Any, now: float) -> None:
    agent.spent = 0.0
    original(self, caller, case, agent, now)


def hold_for_a_colleague_for_ever(original: Any, self: Consults, request: Any) -> None:
    return None


def holding_takes_no_time(original: Any, self: Consults, caller: Any) -> None:
    caller.case.asked_at = self.clock.now
    original(self, caller)


ROUTING = [
    method(routing.Routing, "_left", keep_reserves, "keep_reserves_after_closing"),
    method(Floor, "close", nobody_looks_again, "look_again_at_closing_with_nobody"),
    function(routing, "agent_draw", one_number, "all_agents_draw_the_same"),
    function(routing, "agent_draw", other_luck(4), "agents_draw_as_their_neighbours"),
    function(floor, "handle_factor", mean_of_two, "everybody_with_a_factor_takes_twice_as_long"),
]
PERSONS = [
    rule(PRESENCE, "is_absent", other_luck(3), "absence_is_drawn_for_the_next_day"),
    rule(PRESENCE, "late_by", mean_of_two, "late_for_twice_as_long"),
    rule(PRESENCE, "spell_at", one_number, "spells_off_the_phones_are_due_at_once"),
    method(Presence, "end_duty", stay_for_nobody, "go_home_while_the_floor_drains"),
    method(Presence, "call_off", lowest_id_is_called_off, "call_off_the_lowest_id"),
    method(Presence, "errand", spells_before_breaks, "spells_before_breaks"),
    swapped(Event.COME_ON, Event.DIAL),
    swapped(Event.GO_AWAY, Event.DIAL),
    swapped(Event.DUTY_OFF, Event.TALK_END),
]
MENU = [
    rule(IVR, "node_time", other_luck(5), "time_at_a_node_is_that_of_the_next_contact"),
    rule(IVR, "way_out", other_luck(6), "the_way_out_is_that_of_the_next_stay"),
    rule(IVR, "way_out", hear_the_announcement_of_the_other, "asking_for_an_agent_counts_as_going_on"),
    rule(IVR, "misrouted_to", other_luck(6), "the_wrong_queue_is_drawn_for_another_stay"),
    rule(HANDLING, "misroute_talk_time", mean_of_two, "who_is_wrong_talks_twice_as_long"),
    swapped(Event.IVR_END, Event.DIAL),
]
LEGS = [
    rule(CALLERS, "sent_to", other_luck(3), "transfers_are_drawn_for_the_next_caller"),
    function(floor, "leg_entity", lambda original, entity, leg: entity, "a_leg_has_the_luck_of_the_first"),
    rule(HANDLING, "ring_time", mean_of_two, "phones_ring_twice_as_long"),
    method(Floor, "_overflow", restart_the_clock, "an_overflow_restarts_the_clock"),
    method(Floor, "_await_step", look_only_once, "only_the_first_step_of_a_queue_is_taken"),
    method(Floor, "_lose_patience_later", lose_patience_anew, "patience_begins_anew_in_another_queue"),
    swapped(Event.QUEUE_STEP, Event.ABANDON),
    swapped(Event.QUEUE_STEP, Event.TALK_END),
    swapped(Event.RING_END, Event.ABANDON),
]
CASES = [
    rule(AUTHORITY, "amount_needed", other_luck(3), "cases_need_what_the_next_caller_does"),
    rule(AUTHORITY, "action_of", other_luck(8), "what_is_done_beyond_authority_is_drawn_for_another_stay"),
    rule(AUTHORITY, "is_lost", other_luck(3), "who_hangs_up_when_passed_on_is_drawn_for_another_stay"),
    rule(AUTHORITY, "is_resolved", other_luck(5), "what_stays_unresolved_is_drawn_for_another_stay"),
    rule(AUTHORITY, "amount_leaked", other_luck(5), "credits_leak_by_the_luck_of_another_stay"),
    rule(AUTHORITY, "way_on", with_the_first_above, "cases_go_to_the_next_limit_whether_or_not_it_suffices"),
    rule(AUTHORITY, "way_to_ask", with_the_first_above, "whoever_is_next_is_asked"),
    rule(AUTHORITY, "talk_of", without_the_story, "nobody_is_told_the_story"),
    rule(AUTHORITY, "talk_after", mean_of_two, "after_asking_they_talk_twice_as_long"),
    rule(CALLERS, "patience_on_leg", lambda original, kind, leg, patience: patience, "patience_is_the_same_on_each_leg"),
    method(Floor, "_end_briefing", no_time_to_brief, "a_briefing_takes_no_time"),
    method(Floor, "_wrap_up", no_wrap_after_a_briefing, "nobody_wraps_up_after_a_briefing"),
    rule(AUTHORITY, "action_of", one_hop_more_than_allowed, "one_hop_more_than_allowed"),
    method(Desk, "_decide", budgets_without_end, "budgets_without_end"),
    method(Consults, "_wait_no_longer", hold_for_a_colleague_for_ever, "hold_for_a_colleague_for_ever"),
    method(Consults, "_talk_on", holding_takes_no_time, "holding_for_a_colleague_takes_no_time"),
    swapped(Event.WRAP_END, Event.TALK_END),
    swapped(Event.WRAP_END, Event.ABANDON),
]


def everybody_declines(original: Any, *what: Any) -> bool:
    return False


def lose_the_place(original: Any, self: Callbacks, caller: Any) -> None:
    caller.queued_at = self.clock.now
    original(self, caller)


def keep_nobody_idle(original: Any, self: Callbacks, *what: Any) -> None:
    original(self, *what)
    what[0].keep_idle = 0


def behind_is_kept(original: Any, self: routing.Routing, *what: Any) -> Any:
    found = original(self, *what)
    return {False: found[False] + found[True], True: []}


def call_back_at_night(original: Any, self: Callbacks) -> None:
    original(self)
    self.routing.calls_back = True


def nobody_looks_at_opening(original: Any, self: Callbacks) -> None:
    self.routing.calls_back = True


def lists_are_never_cleared(original: Any, self: Callbacks) -> None:
    rows, self.rows = self.rows, self.rows[:0]
    original(self)
    self.rows = rows


def needs_a_line(original: Any, self: Callbacks, caller: Any) -> None:
    original(self, caller)
    self.floor.lines_in_use += 1


def is_called_back_too_late(original: Any, self: Callbacks, caller: Any) -> None:
    original(self, caller)
    caller.queued_at += caller.on_list


LISTS = (reference_callbacks, "callbacks")
CALLBACKS = [
    rule(LISTS, "accepts", everybody_declines, "nobody_accepts_a_callback"),
    rule(LISTS, "accepts", other_luck(3), "accepting_is_drawn_for_the_next_caller"),
    rule(LISTS, "accepts", other_luck(4), "accepting_is_drawn_for_the_next_stay"),
    rule(LISTS, "dial_time", mean_of_two, "his_phone_rings_twice_as_long"),
    rule(LISTS, "picks_up", other_luck(4), "answering_is_drawn_for_the_next_dial"),
    rule(LISTS, "calls_again_at", other_luck(4), "dialled_once_less"),
    rule(LISTS, "is_offered", other_luck(3), "who_is_asked_counts_as_waiting"),
    rule(LISTS, "is_offered", other_luck(4), "a_second_more_is_expected"),
    method(Callbacks, "ring_off", lose_the_place, "who_rings_off_loses_his_place"),
    method(Callbacks, "_begin_stay", keep_nobody_idle, "nobody_is_kept_idle_behind"),
    method(routing.Routing, "_to_call", behind_is_kept, "behind_is_as_if_kept"),
    method(Callbacks, "close", call_back_at_night, "called_back_after_closing"),
    method(Callbacks, "close", lists_are_never_cleared, "lists_are_never_cleared"),
    method(Callbacks, "open", nobody_looks_at_opening, "nobody_looks_at_the_lists_at_opening"),
    method(Callbacks, "ring_off", needs_a_line, "who_rings_off_keeps_a_line"),
    rule(LISTS, "leaves_message", other_luck(4), "leaving_a_message_is_drawn_for_the_next_stay"),
    method(Callbacks, "end_message", needs_a_line, "who_has_left_a_message_keeps_a_line"),
    method(Callbacks, "may_speak", everybody_declines, "nobody_leaves_a_message_at_once"),
    method(Callbacks, "speaks_at_night", everybody_declines, "nobody_leaves_a_message_at_night"),
    method(Callbacks, "end_message", is_called_back_too_late, "who_has_left_a_message_is_listed_a_second_later"),
]


def never_called_back(original: Any, *what: Any) -> Any:
    return original(*what)[:-1]


REPLICATION = (importlib.import_module("ccsim.engine.reference.simulate"), "events")
EVENTS = [
    rule(REPLICATION, "timetable", never_called_back, "the_timetable_lacks_its_last_row"),
    rule(REPLICATION, "timetable", lambda original, luck, record, program: program.timetable, "nobody_goes_by_chance"),
    function(happened, "instant_in_piece", lambda original, *what: what[0], "who_calls_during_an_event_calls_at_its_start"),
    method(happened.Happened, "factor", mean_of_two, "events_change_everything_twice"),
]


AFTER, AGAIN = (after_contact, "after_contact"), after_contact.AfterContact


def needs_it_again(original: Any, self: Any, case: Any, *what: Any) -> None:
    needed = case.needed
    original(self, case, *what)
    case.needed = needed


def counts_returns_as_redials(original: Any, self: Any, caller: Any, now: float) -> float:
    n_returns = 0 if caller.case is None else caller.case.n_returns
    if n_returns:
        caller.case.n_returns = 0
    at = float(original(self, caller, now))
    if n_returns:
        caller.case.n_returns += n_returns
    return at


CUSTOMERS = [
    rule(AFTER, "returns", other_luck(3), "returns_are_drawn_for_the_next_customer"),
    rule(AFTER, "returns", other_luck(8), "another_hop_in_the_odds_of_returning"),
    rule(AFTER, "return_delay", other_luck(3), "back_after_the_time_of_the_next_contact"),
    rule(AFTER, "leaves", other_luck(4), "leaving_is_drawn_for_the_next_contact"),
    rule(AFTER, "satisfaction", other_luck(2), "another_hop_in_the_index"),
    function(after_contact, "standing_of", lambda original, *what: 2 * (what[0] == 0), "what_is_refused_is_just_unresolved"),
    method(AGAIN, "_plan", needs_it_again, "who_asks_again_needs_it_again"),
    method(AGAIN, "next_dial", counts_returns_as_redials, "returns_count_as_redials"),
]


ALL = ROUTING + PERSONS + MENU + LEGS + CALLBACKS + CASES + EVENTS + CUSTOMERS


@pytest.mark.skipif(not ENABLED, reason="the same rules bite jitted or not, and this takes minutes in plain Python")
@pytest.mark.parametrize("broken", ALL, ids=lambda broken: broken.__name__)
def test_agreement_catches(broken: Break, monkeypatch: Patch) -> None:
    broken(monkeypatch)
    assert any(differs(number) for number in PROGRAMS)


def test_the_rules_that_are_broken_are_those_the_engine_asks() -> None:
    """Else a break would be none, and this file would say so for ever."""
    assert floor.callers is callers and floor.handling is handling and floor.ivr is ivr
    assert presence.presence is presence_rules and floor.leg_entity is leg_entity
