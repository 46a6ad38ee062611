"""What a wrong argument is told."""

import math

import pytest

from ccsim.erlang import (
    Target,
    erlang_a,
    erlang_b,
    erlang_c,
    erlang_general,
    halfin_whitt,
    lines_for_blocking,
    scheduled_for,
    square_root_agents,
)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: erlang_c(0.05, 200, 10), r"offered load of 10 erlangs must be below agents = 10"),
        (lambda: erlang_a(0.06, 200, 10, math.inf), r"offered load of 12 erlangs must be below agents = 10"),
        (lambda: erlang_a(0, 200, 10, 60), r"arrival_rate must be a finite number above 0, got 0"),
        (lambda: erlang_a(0.05, math.nan, 10, 60), r"handle_time must be a finite time above 0, got nan"),
        (lambda: erlang_a(0.05, 200, 2.5, 60), r"agents must be a whole number of at least 1, got 2\.5"),
        (lambda: erlang_a(0.05, 200, True, 60), r"agents must be a whole number of at least 1, got True"),
        (lambda: erlang_a(0.05, 200, 10, 0), r"patience must be above 0 \(math\.inf if nobody hangs up\), got 0"),
        (lambda: erlang_a(0.05, 200, 10, 60, lines=9), r"lines must be at least agents = 10.*got 9"),
        (lambda: erlang_a(0.05, 200, 10, 60, balk_share=30), r"balk_share must be between 0 and 1, got 30"),
        (lambda: erlang_a(0.06, 200, 10, 1e12), r"queues beyond 2e\+07 callers are not rare"),
        (lambda: erlang_general(0.06, 200, 10, lambda t: 0.95), r"no steady state.*still 0\.95"),
        (
            lambda: erlang_general(0.06, 200, 10, lambda t: 95),
            r"survival\(.*\) must be a share between 0 and 1, got 95",
        ),
        (lambda: erlang_a(0.05, 200, 10, 60).service_level(-1), r"within must be a time of at least 0, got -1"),
        (lambda: erlang_a(0.05, 200, 10, 60).service_level(20, "icmi"), r"variant must be one of .*, got 'icmi'"),
        (
            lambda: erlang_a(0.05, 200, 10, 60).service_level(20, "short_abandons_count"),
            r"short_abandons_count needs short_abandon.*got None",
        ),
        (lambda: erlang_a(0.05, 200, 10, 60).wait_quantile(1), r"share must be at least 0 and below 1, got 1"),
        (lambda: erlang_b(-1, 3), r"offered_load must be a finite number of at least 0 erlangs, got -1"),
        (lambda: lines_for_blocking(3, 0), r"max_blocking must be above 0 and below 1, got 0"),
        (lambda: Target(service_level=80, within=20), r"service_level must be .*80 % is 0\.8.*got 80"),
        (lambda: Target(service_level=0.8), r"service_level and within go together"),
        (lambda: Target(), r"a target needs"),
        (lambda: Target(max_abandoned=3), r"max_abandoned must be above 0 and at most 1, got 3"),
        (lambda: square_root_agents(10), r"give beta or delay_share"),
        (lambda: square_root_agents(10, delay_share=1), r"delay_share must be above 0 and below 1, got 1"),
        (lambda: halfin_whitt(0), r"beta must be above 0, got 0"),
        (lambda: scheduled_for(10, 30), r"shrinkage must be .*30 % is 0\.3.*got 30"),
    ],
)
def test_bad_arguments_say_what_was_got_and_what_is_allowed(call, message):
    with pytest.raises(ValueError, match=message):
        call()
