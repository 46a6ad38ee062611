"""ccsim.erlang against published and independently computed numbers.

Three kinds of truth, none of which shares a formula with the code under test:

* reference values worked out elsewhere to 40 digits (mpmath) or 12 digits (matrix exponential, Markov chains solved
  numerically); where other programs publish the same numbers, they are named;
* twins written here: exact fractions, a generator matrix with its exponential, scipy's quadrature;
* relations that must hold whatever the numbers are.
"""

import math
import subprocess
import sys
import time
from fractions import Fraction

import numpy as np
import pytest

from ccsim.erlang import (
    SERVICE_LEVEL_VARIANTS,
    ErlangC,
    Target,
    WaitLaw,
    _birth_counts,
    agents_for,
    erlang_a,
    erlang_b,
    erlang_c,
    erlang_general,
    halfin_whitt,
    lines_for_blocking,
    scheduled_for,
    square_root_agents,
)


def close(expected: float):
    """Twelve digits."""
    return pytest.approx(expected, rel=1e-12, abs=0)


def as_printed(expected: float):
    """As good as a reference printed with 12 significant digits can tell: half a unit of the last one."""
    half_unit = 0.51 * 10.0 ** (math.floor(math.log10(abs(expected))) - 11)
    return pytest.approx(expected, rel=0, abs=half_unit)


# ---------------------------------------------------------------------------------------------------------------------
# Reference values with 12 to 18 digits: mpmath at 40 digits, service levels by matrix exponential (12 decimals)


def test_erlang_b_has_the_forty_digit_value():
    assert erlang_b(8, 10) == close(0.12166106425295151004)


@pytest.mark.parametrize(
    ("arrival_rate", "service_rate", "agents", "wait_share", "mean_wait"),
    [
        (100, 12, 10, 0.48761060800592997798, 0.024380530400296498899),
        (7, 1, 8, 0.63531601753642943, 0.63531601753642943),
    ],
)
def test_erlang_c_has_the_forty_digit_values(arrival_rate, service_rate, agents, wait_share, mean_wait):
    law = erlang_c(arrival_rate, 1 / service_rate, agents)
    assert law.wait_share == close(wait_share)
    assert law.mean_wait == close(mean_wait)


@pytest.mark.parametrize(
    ("arrival_rate", "service_rate", "leave_rate", "agents", "expected"),
    [
        (100, 12, 20, 9, (0.40770286200543646, 0.11775244036772404, 0.588762201838620201, 0.66892408054)),
        (1000, 12, 30, 80, (0.52163678165959459, 0.0766517055651537191, 2.55505685217179064, 0.754944432285)),
    ],
)
@pytest.mark.parametrize("general", [False, True], ids=["erlang_a", "erlang_general"])
def test_erlang_a_has_the_forty_digit_values(arrival_rate, service_rate, leave_rate, agents, expected, general):
    if general:
        law = erlang_general(arrival_rate, 1 / service_rate, agents, lambda t: math.exp(-leave_rate * t))
    else:
        law = erlang_a(arrival_rate, 1 / service_rate, agents, 1 / leave_rate)
    wait_share, abandoned_share, mean_queue, service_level = expected
    assert law.wait_share == close(wait_share)
    assert law.abandoned_share == close(abandoned_share)
    assert law.mean_queue == close(mean_queue)
    assert law.service_level(20 / 3600) == pytest.approx(service_level, rel=0, abs=1e-12)


# ---------------------------------------------------------------------------------------------------------------------
# Published cases and exact solutions printed with 12 digits

THIRD = 1 / 3  # minutes: 20 seconds

# Markov chains solved numerically, residual 1e-16; per minute
ERLANG_A_CASES = {
    "small": (
        (1.0, 1 / 0.25, 5, 1 / 0.5, 0.0),
        {
            "wait_share": 0.327119624475,
            "abandoned_share": 0.127270307637,
            "mean_queue": 0.254540615273,
            "mean_wait": 0.254540615273,
            "occupancy": 0.698183753891,
            "throughput": 0.872729692363,
            "mean_wait_answered": 0.186768714899,
            "mean_wait_abandoned": 0.719272341496,
        },
        {"answered": 0.734025779693, "abandoned": 0.0451796115864, "longer": 0.22079460872},
        {
            "answered_over_offered": 0.734025779693,
            "answered_only": 0.841068874035,
            "exclude_abandons_in_time": 0.768757966001,
            "abandons_in_time_count": 0.77920539128,
        },
        0.815607507072,
    ),
    "big": (
        (60.0, 1 / 0.2, 310, 1 / 0.4, 0.0),
        {
            "wait_share": 0.244082001513,
            "abandoned_share": 0.0129792637103,
            "mean_queue": 1.94688955654,
            "mean_wait": 0.0324481592757,
            "occupancy": 0.9551813577,
            "throughput": 59.2212441774,
            "mean_wait_answered": 0.031416719242,
            "mean_wait_abandoned": 0.110885020115,
        },
        {"answered": 0.973185107212, "abandoned": 0.0125338333896, "longer": 0.0142810593987},
        {
            "answered_over_offered": 0.973185107212,
            "answered_only": 0.985982433226,
            "exclude_abandons_in_time": 0.985537672194,
            "abandons_in_time_count": 0.985718940601,
        },
        0.134178217242,
    ),
    "balk": (
        (4.2, 1 / 0.5, 10, 1 / 0.06, 0.1),
        {
            "wait_share": 0.373205901396,
            "abandoned_share": 0.0503582432696,
            "mean_queue": 0.9126357191,
            "mean_wait": 0.217294218833,
            "occupancy": 0.797699075654,
            "throughput": 3.98849537827,
            "mean_wait_answered": 0.22049593336,
            "mean_wait_abandoned": 0.156917176071,
        },
        {"answered": 0.750893070514, "abandoned": 0.0426492448528, "longer": 0.206457684633},
        {
            "answered_over_offered": 0.750893070514,
            "answered_only": 0.790711934466,
            "exclude_abandons_in_time": 0.784344783223,
            "abandons_in_time_count": 0.793542315367,
        },
        0.648578796337,
    ),
}


@pytest.mark.parametrize("case", ERLANG_A_CASES)
@pytest.mark.parametrize("general", [False, True], ids=["erlang_a", "erlang_general"])
def test_erlang_a_agrees_with_the_markov_chain_to_every_printed_digit(case, general):
    (rate, handle_time, agents, patience, balk), fields, shares, levels, wait_of_answered_waiters = ERLANG_A_CASES[case]
    if general:
        law = erlang_general(rate, handle_time, agents, lambda t: math.exp(-t / patience), balk_share=balk)
    else:
        law = erlang_a(rate, handle_time, agents, patience, balk_share=balk)
    for name, expected in fields.items():
        assert getattr(law, name) == as_printed(expected), name
    assert law.answered_within(THIRD) == as_printed(shares["answered"])
    assert law.abandoned_within(THIRD) == as_printed(shares["abandoned"])
    assert law.waits_longer(THIRD) == as_printed(shares["longer"])
    for variant, expected in levels.items():
        assert law.service_level(THIRD, variant) == as_printed(expected), variant
    waited = law.answered_share - law.idle_share
    assert law.mean_wait_answered * law.answered_share / waited == as_printed(wait_of_answered_waiters)


# A. Herzog, QueueSim, example_analytic_erlang_c_ext.ipynb (Apache-2.0), M/M/10/20+M, handle 600 s, patience 900 s;
# printed there with 6 decimals, here with the 12 digits of the solved chain:
# seconds between arrivals: blocked, abandoned of accepted, mean queue, mean in system, mean wait of offered, occupancy
MM10_20_M = {
    40: (0.0939355893667, 0.271157447406, 5.52793753739, 15.4336120053, 221.117501496, 0.99056744679),
    42: (0.0742281252503, 0.25435054616, 5.0457981849, 14.9072452247, 211.923523766, 0.986144703982),
    44: (0.0578491734767, 0.236889295233, 4.56515683564, 14.369230216, 200.866900768, 0.980407338035),
    46: (0.0445050166565, 0.219090732338, 4.09578448003, 13.828239537, 188.406086081, 0.973245505693),
    48: (0.0338379189757, 0.201282652884, 3.64634375221, 13.2924739302, 175.024500106, 0.9646130178),
    50: (0.0254598894188, 0.183777293111, 3.22377018392, 12.7690713883, 161.188509196, 0.954530120436),
    52: (0.0189838822174, 0.16684959003, 2.83296006458, 12.2637367652, 147.313923358, 0.943077670059),
    54: (0.014048097985, 0.150722690422, 2.47675538831, 11.7806062629, 133.744790969, 0.930385087463),
    56: (0.0103315883203, 0.135561410949, 2.15615645773, 11.3223089444, 120.744761633, 0.916615248665),
    58: (0.00756157178114, 0.121472704823, 1.87066831416, 10.8901605346, 108.498762221, 0.901949222041),
    60: (0.00551421031855, 0.108511236979, 1.61869324794, 10.4844223128, 97.1215948764, 0.886572906485),
    62: (0.00401104279369, 0.096687928162, 1.39790480436, 10.1045710798, 86.6700978701, 0.870666627544),
    64: (0.00291308987221, 0.0859795945958, 1.20556586685, 9.7495450714, 77.1562154786, 0.854397920455),
    66: (0.00211415876522, 0.0763383196197, 1.03877629489, 9.41794823074, 68.559235463, 0.837917193584),
    68: (0.00153433752681, 0.06769973418, 0.894651087405, 9.1082081686, 60.8362739436, 0.82135570812),
    70: (0.00111421452153, 0.0599898317588, 0.770438445649, 8.81869097646, 53.9306911954, 0.804825253081),
    72: (0.000810035342225, 0.053130257479, 0.663590251159, 8.5477797892, 47.7784980835, 0.788418953804),
    74: (0.000589809587713, 0.0470421978662, 0.571797388299, 8.29392499764, 42.3130067342, 0.772212760934),
}


@pytest.mark.parametrize("gap", MM10_20_M)
def test_trunk_limit_agrees_with_the_queuesim_table(gap):
    blocked, abandoned_of_accepted, mean_queue, mean_in_system, mean_wait, occupancy = MM10_20_M[gap]
    law = erlang_a(1 / gap, 600, 10, 900, lines=20)
    assert law.blocked_share == as_printed(blocked)
    assert law.abandoned_share / (1 - law.blocked_share) == as_printed(abandoned_of_accepted)
    assert law.mean_queue == as_printed(mean_queue)
    assert law.mean_in_system == as_printed(mean_in_system)
    assert law.mean_wait == as_printed(mean_wait)
    assert law.occupancy == as_printed(occupancy)


# A. Herzog, Callcenter-Simulator, ErlangCTest.java (Apache-2.0): 3.5 calls a minute, handle 180 s, patience 300 s;
# printed there: 56.62 and 9.91 s with patience, 26.56 s without
@pytest.mark.parametrize(
    ("agents", "wait_share", "abandoned_share", "mean_wait", "asa", "service_level", "occupancy"),
    [
        (9, 0.789838960121, 0.188728118319, 56.6184354956, 56.5866749435, 0.302079451768, 0.946483861961),
        (13, 0.281254515414, 0.0330426753638, 9.91280260915, 9.17696901168, 0.816309501899, 0.781003992975),
    ],
)
def test_herzogs_erlang_a_numbers(agents, wait_share, abandoned_share, mean_wait, asa, service_level, occupancy):
    law = erlang_a(3.5 / 60, 180, agents, 300)
    assert law.wait_share == as_printed(wait_share)
    assert law.abandoned_share == as_printed(abandoned_share)
    assert law.mean_wait == as_printed(mean_wait)
    assert law.mean_wait_answered == as_printed(asa)
    assert law.service_level(20) == as_printed(service_level)
    assert law.occupancy == as_printed(occupancy)


def test_herzogs_erlang_c_numbers():
    law = erlang_c(3.5 / 60, 180, 13)
    assert law.wait_share == as_printed(0.368845636159)
    assert law.mean_wait == as_printed(26.5568858034)
    assert law.mean_queue == as_printed(1.54915167187)
    assert law.occupancy == as_printed(0.807692307692)
    assert law.mean_wait_if_waiting == close(72)
    assert law.service_level(20) == as_printed(0.720612292848)
    assert law.wait_quantile(0.9) == as_printed(93.9749789041)


def test_pyworkforces_erlang_c_numbers():
    """pyworkforce test-suite (MIT): 100 calls in 30 min, handle 3 min; the mean wait in s is from R's ErlangC."""
    law = erlang_c(100 / 30, 3, 14)
    assert law.service_level(THIRD) == as_printed(0.888350019179)
    assert law.wait_share == as_printed(0.174131933595)
    assert law.occupancy == as_printed(0.714285714286)
    assert law.mean_wait == as_printed(0.130598950196)
    assert law.mean_queue == as_printed(0.435329833988)
    assert law.mean_wait_if_waiting == close(0.75)
    assert law.wait_quantile(0.9) == as_printed(0.41598229872)
    assert erlang_c(100 / 30 * 60, 3 / 60, 14).mean_wait * 3600 == pytest.approx(7.83593701177724, rel=1e-13)
    assert law.service_level(0.33) == as_printed(0.887852692691)
    assert erlang_c(100 / 30, 3, 15).service_level(0.33) == as_printed(0.941126675704)
    assert erlang_c(100 / 30, 3, 15).wait_share == as_printed(0.102042367008)


def test_gross_and_harris_example_2_2():
    law = erlang_c(6, 1 / 3, 3)
    assert (law.wait_share, law.mean_queue, law.mean_wait) == (close(4 / 9), close(8 / 9), close(4 / 27))
    assert law.occupancy == close(2 / 3)
    assert law.mean_wait_if_waiting == close(1 / 3)


def test_loss_systems_solved_as_markov_chains():
    """First stage of an overflow system with 8 erlangs on 8 agents; 4.5 erlangs on 8 IVR ports."""
    assert erlang_b(8, 8) == as_printed(0.235570261124)
    assert erlang_b(4.5, 8) == as_printed(0.048272479455)


def test_queues_behind_an_ivr_and_in_chat_slots_are_erlang_a():
    """Poisson flow out of an IVR without port limit; 3 agents x 3 chats without slow-down are 9 servers."""
    after_ivr = erlang_a(4.2, 3.5, 14, 2)
    assert after_ivr.wait_share == as_printed(0.535973806405)
    assert after_ivr.mean_wait_answered == as_printed(0.258036896726)
    assert after_ivr.service_level(THIRD, "answered_only") == as_printed(0.71734155829)
    chats = erlang_a(2, 4, 9, 5)
    assert chats.abandoned_share == as_printed(0.0822195610891)
    assert chats.mean_busy == as_printed(7.34224351129)


# M/M/20+G, 5 calls and handle 4 per minute, mean patience 3 (2 where deterministic):
# wait share, abandoned, mean wait, mean due time, mean queue, occupancy, ASA, then per threshold 20 s and 1 min
# answered over offered, answered only, excluding abandons in time, counting them, waiting longer
MMN_G = {
    "exponential": (
        (0.496327958605, 0.0951476326131, 0.285442897839, 0.338818832086, 1.4272144892, 0.904852367387, 0.264742900609),
        (0.649490645809, 0.717786314341, 0.679475902609, 0.693620624054, 0.306379375946),
        (0.830756108358, 0.918112322297, 0.906822131785, 0.914638074579, 0.0853619254211),
    ),
    "lognormal": (
        (
            0.568475847957,
            0.0815183256322,
            0.415848273242,
            0.459086351767,
            2.07924136621,
            0.918481674368,
            0.376045806699,
        ),
        (0.566860270594, 0.617171018664, 0.570328274705, 0.572940986324, 0.427059013676),
        (0.792557892157, 0.862900060257, 0.838761021053, 0.847642865989, 0.152357134011),
    ),
    "deterministic": (
        (
            0.675112338966,
            0.0613738489969,
            0.736486187963,
            0.748760957763,
            3.68243093982,
            0.938626151003,
            0.653868943789,
        ),
        (0.427177409362, 0.455109213509, 0.427177409362, 0.427177409362, 0.572822590638),
        (0.631756906018, 0.673065528105, 0.631756906018, 0.631756906018, 0.368243093982),
    ),
    "uniform": (
        (
            0.667040369654,
            0.0628987078484,
            0.726134033945,
            0.761389002546,
            3.63067016973,
            0.937101292152,
            0.670131322916,
        ),
        (0.437790810093, 0.467175548428, 0.437790810093, 0.437790810093, 0.562209189907),
        (0.647453169588, 0.69091055045, 0.647453169588, 0.647453169588, 0.352546830412),
    ),
    "exponential, forced out at 2": (
        (
            0.493568576357,
            0.0956689017461,
            0.277116131791,
            0.326914949968,
            1.38558065895,
            0.904331098254,
            0.252342571362,
        ),
        (0.653048899615, 0.722134736797, 0.682959535721, 0.696844519329, 0.303155480671),
        (0.835307430387, 0.923674340073, 0.910703204912, 0.918095954814, 0.0819040451864),
    ),
}


def lognormal_survival(mean: float, sd: float):
    variance = math.log(1 + (sd / mean) ** 2)
    centre = math.log(mean) - variance / 2
    return lambda t: math.erfc((math.log(t) - centre) / math.sqrt(2 * variance)) / 2 if t > 0 else 1.0


SURVIVAL = {
    "exponential": lambda t: math.exp(-t / 3),
    "lognormal": lognormal_survival(3, 3),
    "deterministic": lambda t: float(t < 2),
    "uniform": lambda t: min(1.0, max(0.0, (5 - t) / 4)),
    "exponential, forced out at 2": lambda t: math.exp(-t / 3) if t < 2 else 0.0,
}


@pytest.mark.parametrize("patience", MMN_G)
def test_general_patience_agrees_with_the_solved_cases(patience):
    means, after_third, after_one = MMN_G[patience]
    law = erlang_general(5, 4, 20, SURVIVAL[patience])
    assert (
        law.wait_share,
        law.abandoned_share,
        law.mean_wait,
        law.mean_due,
        law.mean_queue,
        law.occupancy,
        law.mean_wait_answered,
    ) == tuple(map(as_printed, means))
    for within, expected in ((THIRD, after_third), (1.0, after_one)):
        assert (
            law.service_level(within),
            law.service_level(within, "answered_only"),
            law.service_level(within, "exclude_abandons_in_time"),
            law.service_level(within, "abandons_in_time_count"),
            law.waits_longer(within),
        ) == tuple(map(as_printed, expected))


# ---------------------------------------------------------------------------------------------------------------------
# Twins


def erlang_b_in_fractions(load: Fraction, lines: int) -> Fraction:
    term = total = Fraction(1)
    for n in range(1, lines + 1):
        term *= load / n
        total += term
    return term / total


@pytest.mark.parametrize(("load", "lines"), [(0.5, 1), (3, 7), (20, 20), (50, 31), (100, 150), (250, 260)])
def test_erlang_b_equals_the_sum_in_exact_fractions(load, lines):
    assert erlang_b(load, lines) == pytest.approx(float(erlang_b_in_fractions(Fraction(load), lines)), rel=2e-14)


def matrix_exponential_twin(rate, handle_time, agents, patience, lines, balk, within):
    """(answered within, abandoned within, waits longer, blocked, mean queue) from generator matrices only."""
    from scipy.linalg import expm

    size = (lines if lines is not None else agents + 150) + 1
    generator = np.zeros((size, size))
    for state in range(size):
        if state + 1 < size:
            generator[state, state + 1] = rate * (1 if state < agents else 1 - balk)
        if state > 0:
            generator[state, state - 1] = min(state, agents) / handle_time + max(0, state - agents) / patience
    generator -= np.diag(generator.sum(axis=1))
    stationary = np.linalg.solve(np.vstack([generator.T[1:], np.ones(size)]), np.eye(size)[-1])

    # tagged caller: k still ahead for k = 0..most, then answered, then abandoned
    most = size - agents - 2
    tagged = np.zeros((most + 3, most + 3))
    for k in range(most + 1):
        tagged[k, k - 1 if k > 0 else most + 1] += agents / handle_time + k / patience
        tagged[k, most + 2] += 1 / patience
        tagged[k, k] -= tagged[k].sum()
    start = np.zeros(most + 3)
    start[: most + 1] = stationary[agents:-1] * (1 - balk)
    end = start @ expm(tagged * within)
    return (
        stationary[:agents].sum() + end[most + 1],
        stationary[agents:-1].sum() * balk + end[most + 2],
        end[: most + 1].sum(),
        stationary[-1] if lines is not None else 0.0,
        stationary[agents:] @ np.arange(size - agents),
    )


@pytest.mark.parametrize(
    ("rate", "handle_time", "agents", "patience", "lines", "balk"),
    [
        (100 / 3600, 300, 9, 180, None, 0.0),
        (0.05, 200, 10, 600, 14, 0.0),
        (0.05, 200, 10, 60, 40, 0.25),
        (0.09, 200, 12, 400, 30, 0.0),  # overload, mostly blocked or waiting
        (0.02, 200, 12, 30, None, 0.5),
        (0.05, 200, 10, math.inf, 25, 0.1),  # nobody hangs up: Poisson instead of negative binomial
        (0.01, 200, 1, 1000, None, 0.0),
        (0.05, 20, 2, 1.5, None, 0.0),  # patience far below the handle time
    ],
)
@pytest.mark.parametrize("within", [0.0, 1.0, 20.0, 120.0, 900.0])
def test_waiting_law_equals_the_matrix_exponential(rate, handle_time, agents, patience, lines, balk, within):
    law = erlang_a(rate, handle_time, agents, patience, lines=lines, balk_share=balk)
    got = (
        law.answered_within(within),
        law.abandoned_within(within),
        law.waits_longer(within),
        law.blocked_share,
        law.mean_queue,
    )
    twin = matrix_exponential_twin(rate, handle_time, agents, patience, lines, balk, within)
    assert got == pytest.approx(twin, rel=0, abs=2e-13)


@pytest.mark.parametrize(
    ("agents", "load_per_agent", "patience"),
    [(10, 0.8, 120), (505, 500 / 505, 300), (3000, 1.1, 120), (20_000, 0.999, 600), (4, 1.5, 3600)],
)
def test_large_centres_equal_the_independent_quadrature(agents, load_per_agent, patience):
    """Sum over queue lengths against integral over due times: they share Erlang B and nothing else."""
    rate = agents * load_per_agent / 180
    law = erlang_a(rate, 180, agents, patience)
    twin = erlang_general(rate, 180, agents, lambda t: math.exp(-t / patience))
    for name in ("wait_share", "abandoned_share", "mean_queue", "mean_wait_answered", "mean_wait_abandoned"):
        assert getattr(law, name) == pytest.approx(getattr(twin, name), rel=1e-12), name
    for within in (0, 5, 20, 60, 300):
        for share in ("answered_within", "abandoned_within", "waits_longer"):
            assert getattr(law, share)(within) == pytest.approx(getattr(twin, share)(within), rel=0, abs=1e-13)


@pytest.mark.parametrize("growth", [0.0, 1e-9, 0.003, 0.05, 1.0])
@pytest.mark.parametrize("expected_births", [0.2, 3, 15, 17, 22, 40, 900, 30_000])
def test_birth_counts_add_up_to_one(growth, expected_births):
    """Only the largest is taken from Stirling's series, all others are multiples of it: the sum tells if it is right."""
    base = 2.0
    within = math.log1p(expected_births * growth / base) / growth if growth > 0 else expected_births / base
    spread = math.sqrt(expected_births * math.exp(growth * within))
    counts = _birth_counts(within, base, growth, int(expected_births + 60 * spread + 60))
    assert math.fsum(counts) == pytest.approx(1, rel=0, abs=1e-13)
    assert math.fsum(k * count for k, count in enumerate(counts)) == pytest.approx(expected_births, rel=1e-12)


def test_quadrature_of_general_patience_equals_scipys():
    """Weibull patience with many early hang-ups and balking: the integrals of Zeltyn and Mandelbaum (2005), naively."""
    from scipy.integrate import quad

    rate, handle_time, agents, balk = 0.5, 30.0, 14, 0.2
    law = erlang_general(rate, handle_time, agents, lambda t: math.exp(-((t / 60) ** 0.7)), balk_share=balk)

    def survival(t):
        return math.exp(-((t / 60) ** 0.7))

    def density(x):
        return math.exp(rate * (1 - balk) * quad(survival, 0, x, epsabs=1e-13)[0] - agents * x / handle_time)

    def integral(value, low):
        return quad(lambda x: density(x) * value(x), low, 200, epsabs=1e-12, epsrel=1e-11, limit=200)[0]

    fewer_busy = float(erlang_b_in_fractions(Fraction(15), agents - 1))
    total = 1 / fewer_busy + rate * integral(lambda x: 1.0, 0)
    assert law.wait_share == pytest.approx(rate * integral(lambda x: 1.0, 0) / total, rel=1e-9)
    late = rate * (1 - balk) * integral(survival, 20) / total
    assert law.answered_share - law.answered_within(20) == pytest.approx(late, rel=1e-9)
    lost = rate * (1 - balk) * integral(lambda x: 1 - survival(x), 0) / total
    assert law.abandoned_share - law.balked_share == pytest.approx(lost, rel=1e-9)


@pytest.mark.parametrize("jump", [0.37, 1.4, 1.9999, 2.0, 2.999, 3.0, 7.77])
def test_a_jump_of_patience_is_found_wherever_it_lies(jump):
    """M/M/n+D in closed form: the density of the due time is exponential on both sides of the jump."""
    rate, handle_time, agents = 5.0, 4.0, 20
    law = erlang_general(rate, handle_time, agents, lambda t: float(t < jump))
    service = agents / handle_time
    before = jump  # rate equals service, so the density is flat until the jump
    after = 1 / service
    total = 1 / float(erlang_b_in_fractions(Fraction(20), agents - 1)) + rate * (before + after)
    assert law.wait_share == pytest.approx(rate * (before + after) / total, rel=1e-11)
    assert law.abandoned_share == pytest.approx(rate * after / total, rel=1e-11)


# ---------------------------------------------------------------------------------------------------------------------
# Size


def test_a_centre_of_505_agents_is_not_where_other_calculators_put_it():
    """5000 calls per 30 min, 3 min each, 505 agents, patience 5 min, answered within 5 min: 98.9 % of those offered.

    Calculators that let a term underflow print 53 %. It is the variant answered_over_offered: of the answered alone all
    but 1e-9 are in time, so the rest is what abandons.
    """
    law = erlang_a(5000 / 1800, 180, 505, 300)
    assert 0.988 <= law.service_level(300) <= 0.990
    assert law.service_level(300) == pytest.approx(1 - law.abandoned_share, abs=1e-9)
    for variant in ("answered_only", "exclude_abandons_in_time", "abandons_in_time_count"):
        assert law.service_level(300, variant) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize("load_per_agent", [0.3, 0.97, 1.0, 1.03, 1.8])
@pytest.mark.parametrize("agents", [5_000, 30_000, 60_000])
def test_tens_of_thousands_of_agents_neither_overflow_nor_take_long(agents, load_per_agent):
    began = time.process_time()
    law = erlang_a(agents * load_per_agent / 300, 300, agents, 240)
    shares = [law.service_level(20, variant, short_abandon=5) for variant in SERVICE_LEVEL_VARIANTS]
    assert time.process_time() - began < 1.0
    assert all(0 <= share <= 1 for share in shares)
    assert law.answered_share + law.abandoned_share == pytest.approx(1, abs=1e-13)
    # fluid limit: agents always busy in overload, nobody lost in underload
    if load_per_agent != 1.0:
        assert law.abandoned_share == pytest.approx(max(0.0, 1 - 1 / load_per_agent), abs=5e-4)


def test_general_patience_survives_deep_overload():
    """Two thirds of 15,000 erlangs find an agent; due times pile up where everybody hangs up, 8000 nats above zero."""
    law = erlang_general(15_000 / 180, 180, 10_000, lambda t: float(t < 300))
    assert law.abandoned_share == pytest.approx(1 / 3, rel=1e-10)
    assert law.occupancy == pytest.approx(1, rel=1e-10)
    # below 300 the density rises at rate 83.33 - 55.56 = 27.78, above it falls at 55.56: two thirds lie below, by 0.036 on
    # average, and those above hang up at 300
    assert law.mean_wait == pytest.approx(300 - 2 / 3 * 0.036, rel=1e-12)


def test_fifty_thousand_agents_on_the_edge_without_patience_limit():
    law = erlang_c(49_990 / 300, 300, 50_000)
    assert law.wait_share == pytest.approx(halfin_whitt(10 / math.sqrt(49_990)), abs=2e-3)


def test_importing_loads_neither_numpy_nor_scipy():
    code = "import sys, ccsim.erlang; print([m for m in ('numpy', 'scipy', 'numba', 'pandas') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ---------------------------------------------------------------------------------------------------------------------
# Relations that hold whatever the numbers are

GRID = [
    (agents, load, patience, lines, balk)
    for agents in (1, 4, 20, 120)
    for load in (0.6, 0.95, 1.3)
    for patience in (30, 180, 1800)
    for lines, balk in ((None, 0.0), (agents + 15, 0.0), (None, 0.3))
]


def law_at(agents, load, patience, lines, balk, more_agents=0) -> WaitLaw:
    return erlang_a(agents * load / 180, 180, agents + more_agents, patience, lines=lines, balk_share=balk)


UNLIMITED = [place for place in GRID if place[3] is None]
LIMITED = [place for place in GRID if place[3] is not None]


def falls(share: float, to: float) -> bool:
    """Up to rounding; below 1e-30 nothing is compared, since queue lengths rarer than 1e-40 are left out."""
    return to <= share * (1 + 4e-15) or to < 1e-30


@pytest.mark.parametrize("place", UNLIMITED)
def test_one_more_agent_makes_everything_better(place):
    here, better = law_at(*place), law_at(*place, more_agents=1)
    assert falls(here.occupancy, to=better.occupancy) and falls(here.wait_share, to=better.wait_share)
    for name in ("abandoned_share", "mean_wait", "mean_wait_answered", "mean_queue"):
        assert getattr(better, name) < getattr(here, name), name
    for within in (0, 10, 60, 240):
        assert falls(here.waits_longer(within), to=better.waits_longer(within))
        # a difference of two shares near 1 cannot be told from rounding below 1e-13
        assert better.answered_within(within) >= here.answered_within(within) - 1e-13


@pytest.mark.parametrize("place", UNLIMITED)
def test_more_calls_make_everything_worse(place):
    agents, load, *others = place
    here, worse = law_at(*place), law_at(agents, load * 1.02, *others)
    assert falls(worse.occupancy, to=here.occupancy) and falls(worse.wait_share, to=here.wait_share)
    for name in ("abandoned_share", "mean_wait", "mean_wait_answered", "mean_queue"):
        assert getattr(worse, name) > getattr(here, name), name
    for within in (0, 10, 60, 240):
        assert falls(worse.waits_longer(within), to=here.waits_longer(within))
        assert worse.answered_within(within) <= here.answered_within(within) + 1e-13


@pytest.mark.parametrize("place", LIMITED)
def test_with_limited_lines_more_agents_answer_more_and_more_calls_are_blocked_more(place):
    """Less holds here: an agent more can let more callers in to wait, and holds lines that the impatient would free."""
    agents, load, *others = place
    here, staffed, busier = law_at(*place), law_at(*place, more_agents=1), law_at(agents, load * 1.02, *others)
    assert staffed.answered_share > here.answered_share > busier.answered_share
    assert staffed.occupancy < here.occupancy < busier.occupancy
    assert busier.blocked_share >= here.blocked_share


def test_one_more_agent_may_raise_blocking_when_patience_is_short():
    """Negative control: the monotone claims above are not vacuous, and true without a limit on lines only."""
    assert law_at(120, 0.95, 30, 135, 0.0, more_agents=1).blocked_share > law_at(120, 0.95, 30, 135, 0.0).blocked_share


@pytest.mark.parametrize("agents", [2, 9, 60, 400])
def test_erlang_b_and_c_are_monotone_in_agents_and_load(agents):
    loads = [agents * share for share in (0.3, 0.6, 0.9, 0.97, 0.999)]
    for less, more in zip(loads, loads[1:], strict=False):
        assert erlang_b(less, agents) < erlang_b(more, agents)
        assert erlang_c(less, 1, agents).mean_wait < erlang_c(more, 1, agents).mean_wait
        assert erlang_c(less, 1, agents).waits_longer(0.1) < erlang_c(more, 1, agents).waits_longer(0.1)
    for load in loads:
        assert erlang_b(load, agents + 1) < erlang_b(load, agents)
        assert erlang_c(load, 1, agents + 1).mean_wait < erlang_c(load, 1, agents).mean_wait


@pytest.mark.parametrize("place", GRID)
def test_shares_and_waits_add_up(place):
    law = law_at(*place)
    patience, balk = place[2], place[4]
    assert law.answered_share + law.abandoned_share + law.blocked_share == pytest.approx(1, abs=1e-13)
    assert law.balked_share == pytest.approx(law.wait_share * balk, rel=1e-14)
    # each who waits gives up at rate 1/patience
    assert law.abandoned_share - law.balked_share == pytest.approx(law.mean_wait / patience, rel=1e-12)
    total_wait = law.mean_wait_answered * law.answered_share + law.mean_wait_abandoned * law.abandoned_share
    assert total_wait == pytest.approx(law.mean_wait, rel=1e-12)
    for within in (0, 7, 45, 400):
        parts = (law.answered_within(within), law.abandoned_within(within), law.waits_longer(within))
        assert sum(parts) + law.blocked_share == pytest.approx(1, abs=1e-13)
    assert law.answered_within(math.inf) == law.answered_share
    assert law.abandoned_within(math.inf) == law.abandoned_share


def test_threshold_without_end_is_met_by_all_who_are_answered():
    for law in (
        erlang_c(0.04, 200, 10),
        erlang_a(0.06, 200, 10, math.inf, lines=20),
        erlang_general(0.06, 200, 10, lambda t: float(t < 30)),
    ):
        assert law.answered_within(math.inf) == law.answered_share
        assert law.abandoned_within(math.inf) == law.abandoned_share
        assert law.waits_longer(math.inf) == 0.0


def test_mean_wait_is_the_area_under_the_tail_of_the_waiting_law():
    from scipy.integrate import quad

    for law in (
        erlang_a(0.05, 200, 10, 300, lines=30, balk_share=0.1),
        erlang_c(0.04, 200, 10),
        erlang_general(0.05, 200, 10, lambda t: max(0.0, 1 - t / 500)),
    ):
        area, _ = quad(law.waits_longer, 0, 3000, epsabs=1e-10, limit=300)
        assert area == pytest.approx(law.mean_wait, rel=1e-8)


def test_time_unit_does_not_matter():
    minutes, seconds = erlang_a(3.5, 3, 12, 2), erlang_a(3.5 / 60, 180, 12, 120)
    assert seconds.mean_wait_answered == pytest.approx(60 * minutes.mean_wait_answered, rel=1e-13)
    assert seconds.service_level(20) == pytest.approx(minutes.service_level(THIRD), rel=1e-13)


def test_erlang_a_tends_to_erlang_c_and_to_erlang_b():
    c = erlang_c(0.045, 200, 10)
    patient = erlang_a(0.045, 200, 10, 1e13)
    for within in (0, 20, 200):
        assert patient.service_level(within) == pytest.approx(c.service_level(within), abs=1e-9)
    assert patient.mean_wait == pytest.approx(c.mean_wait, rel=1e-9)
    assert erlang_a(0.045, 200, 10, math.inf) == c
    roomy = erlang_a(0.045, 200, 10, math.inf, lines=2000)
    assert roomy.service_level(20) == close(c.service_level(20))
    assert roomy.mean_queue == close(c.mean_queue)

    assert erlang_a(0.045, 200, 10, 300, lines=10).blocked_share == close(erlang_b(9, 10))
    assert erlang_a(0.045, 200, 10, 300, balk_share=1.0).abandoned_share == close(erlang_b(9, 10))
    assert erlang_a(0.045, 200, 10, 1e-9).abandoned_share == pytest.approx(erlang_b(9, 10), abs=1e-9)
    assert erlang_general(0.045, 200, 10, lambda t: 0.0).abandoned_share == close(erlang_b(9, 10))


def test_balking_without_hanging_up_stabilises_an_overloaded_erlang_c():
    law = erlang_a(0.06, 200, 10, math.inf, balk_share=0.3)
    twin = erlang_a(0.06, 200, 10, math.inf, balk_share=0.3, lines=900)
    assert isinstance(law, ErlangC)
    for name in (
        "wait_share",
        "abandoned_share",
        "mean_queue",
        "mean_wait_answered",
        "mean_wait_abandoned",
        "occupancy",
    ):
        assert getattr(law, name) == close(getattr(twin, name)), name
    assert law.service_level(30, "answered_only") == close(twin.service_level(30, "answered_only"))


@pytest.mark.parametrize(
    "law",
    [
        erlang_c(0.04, 200, 10),
        erlang_a(0.05, 200, 10, 300, lines=14, balk_share=0.2),
        erlang_general(0.05, 200, 10, lambda t: max(0.0, 1 - t / 500)),
    ],
    ids=["C", "A", "general"],
)
def test_quantile_is_the_inverse_of_the_waiting_law(law):
    assert law.wait_quantile(0.0) == 0.0
    assert law.wait_quantile(0.5 * law.idle_share) == 0.0
    for share in (0.8, 0.9, 0.99):
        assert 1 - law.waits_longer(law.wait_quantile(share)) == pytest.approx(share, abs=1e-12)


# ---------------------------------------------------------------------------------------------------------------------
# Service-level variants


class Counted(WaitLaw):
    """The table of ccsim's KPI page: of 1060 calls 860 answered, 20 abandoned within 20 s, 10 abandoned within 5 s."""

    def answered_within(self, within):
        return 860 / 1060

    def abandoned_within(self, within):
        return {20: 20, 5: 10}[round(within)] / 1060

    def waits_longer(self, within):
        return 180 / 1060


@pytest.mark.parametrize(
    ("variant", "percent"),
    [
        ("answered_over_offered", 81.13),
        ("exclude_short_abandons", 81.90),
        ("exclude_abandons_in_time", 82.69),
        ("abandons_in_time_count", 83.02),
        ("short_abandons_count", 82.08),
        ("answered_only", 86.00),
    ],
)
def test_variants_give_the_percentages_of_the_kpi_page(variant, percent):
    nothing = dict.fromkeys(("wait_share", "balked_share", "mean_queue", "mean_wait", "balk_share"), 0.0)
    waits = {"mean_wait_answered": 0.0, "mean_wait_abandoned": 0.0}
    shares = {"answered_share": 1000 / 1060, "abandoned_share": 60 / 1060, "blocked_share": 0.0}
    law = Counted(arrival_rate=1.0, handle_time=1.0, agents=1, **nothing, **waits, **shares)
    assert 100 * law.service_level(20, variant, short_abandon=5) == pytest.approx(percent, abs=0.005)


def test_blocked_callers_count_as_offered_unless_left_out():
    law = erlang_a(0.08, 200, 10, 300, lines=14)
    assert law.blocked_share > 0.1
    with_blocked, without = law.service_level(20), law.service_level(20, count_blocked=False)
    assert with_blocked == close(law.answered_within(20))
    assert without == close(law.answered_within(20) / (1 - law.blocked_share))
    both = [law.service_level(20, "answered_only", count_blocked=count) for count in (True, False)]
    assert both[0] == both[1] == close(law.answered_within(20) / law.answered_share)


def test_short_means_less_than_the_limit():
    """Patience of exactly 30: nobody hangs up before 30, everybody who hangs up does so at 30."""
    law = erlang_general(0.06, 200, 10, lambda t: float(t < 30))
    exact = law.service_level(20, "exclude_short_abandons", short_abandon=30)
    later = law.service_level(20, "exclude_short_abandons", short_abandon=30.001)
    assert exact == law.service_level(20)
    assert later == pytest.approx(law.answered_within(20) / law.answered_share, rel=1e-9)
    balking = erlang_a(0.05, 200, 10, 300, balk_share=0.2)
    assert balking.service_level(20, "exclude_short_abandons", short_abandon=0) == balking.service_level(20)
    assert balking.service_level(20, "exclude_short_abandons", short_abandon=1e-9) > balking.service_level(20) * 1.01


# ---------------------------------------------------------------------------------------------------------------------
# Staffing


def test_agents_for_a_service_level_as_pyworkforce_finds_them():
    """pyworkforce 0.5.4: 100 calls in 30 min, 3 min each, 80 % in 20 s, at most 85 % occupied, shrinkage 30 %."""
    target = Target(service_level=0.8, within=20, max_occupancy=0.85)
    assert agents_for(100 / 1800, 180, target) == 14
    assert scheduled_for(14, 0.3) == 20

    # with patience 2 min: 12 agents, service level .825583, abandoned .061597, wait .279807, mean wait .123195 min,
    # occupancy .782002; its service level is answered over offered, its speed of answer the mean wait of all
    assert agents_for(100 / 1800, 180, target, patience=120) == 12
    law = erlang_a(100 / 1800, 180, 12, 120)
    assert law.service_level(20) == pytest.approx(0.825583, abs=5e-7)
    assert law.abandoned_share == pytest.approx(0.061597, abs=5e-7)
    assert law.wait_share == pytest.approx(0.279807, abs=5e-7)
    assert law.mean_wait == pytest.approx(0.123195 * 60, abs=5e-7 * 60)
    assert law.occupancy == pytest.approx(0.782002, abs=5e-7)


@pytest.mark.parametrize(
    "target",
    [
        Target(service_level=0.8, within=20),
        Target(service_level=0.95, within=10, variant="short_abandons_count", short_abandon=5),
        Target(max_abandoned=0.03),
        Target(max_abandoned=0.4),
        Target(max_occupancy=0.7),
        Target(max_asa=8),
        Target(service_level=0.5, within=60, max_abandoned=0.05, max_occupancy=0.9),
    ],
)
@pytest.mark.parametrize("load", [0.3, 7.5, 64.0])
def test_agents_for_is_what_counting_upwards_finds(target, load):
    def counted(fits):
        agents = 1
        while not fits(agents):
            agents += 1
        return agents

    rate = load / 240
    found = agents_for(rate, 240, target, patience=90, balk_share=0.1)
    assert found == counted(lambda n: target.is_met_by(erlang_a(rate, 240, n, 90, balk_share=0.1)))
    patient = agents_for(rate, 240, target)
    assert patient == counted(lambda n: n > load and target.is_met_by(erlang_c(rate, 240, n)))


def test_abandonment_bound_is_not_met_by_turning_callers_away():
    """One agent with 12 lines loses few of those offered to impatience, for nearly all are blocked."""
    law = erlang_a(0.5, 200, 1, 400, lines=12)
    assert law.abandoned_share < 0.1 and law.blocked_share > 0.8
    assert not Target(max_abandoned=0.1).is_met_by(law)


def test_agents_for_respects_the_lines():
    target = Target(service_level=0.8, within=20)
    agents = agents_for(0.05, 200, target, patience=120, lines=14)
    assert target.is_met_by(erlang_a(0.05, 200, agents, 120, lines=14))
    assert not target.is_met_by(erlang_a(0.05, 200, agents - 1, 120, lines=14))
    with pytest.raises(ValueError, match="cannot be reached with lines = 8"):
        agents_for(0.05, 200, target, patience=120, lines=8)


def test_lines_for_blocking_is_the_first_number_of_lines_that_will_do():
    # traffic tables (B.01): 5.08 erlangs fit on 11 lines at 1 %, 10 erlangs need 18
    assert lines_for_blocking(10, 0.01) == 18
    for load, share in ((0.1, 0.2), (12.5, 0.05), (2000, 1e-3)):
        lines = lines_for_blocking(load, share)
        assert erlang_b(load, lines) <= share < erlang_b(load, lines - 1)
    assert lines_for_blocking(0, 0.5) == 1


def test_halfin_whitt_is_the_limit_of_erlang_c():
    """Halfin and Whitt (1981): half the calls wait at beta = 0.506."""
    assert halfin_whitt(0.5061) == pytest.approx(0.5, abs=1e-4)
    gaps = []
    for load in (100, 10_000, 1_000_000):
        agents = load + math.sqrt(load) / 2
        gaps.append(abs(erlang_c(load, 1, round(agents)).wait_share - halfin_whitt(0.5)))
    assert gaps[0] < 0.02 and gaps[1] < gaps[0] / 5 and gaps[2] < gaps[1] / 5


def test_square_root_rule():
    assert square_root_agents(100, beta=1) == 110
    assert square_root_agents(100, beta=-0.5) == 95
    assert square_root_agents(100, beta=0.01) == 101
    for share in (0.05, 0.2, 0.5, 0.8):
        exact = agents_with_delay_share(400, share)
        assert abs(square_root_agents(400, delay_share=share) - exact) <= 1


def agents_with_delay_share(load: int, share: float) -> int:
    agents = load + 1
    while erlang_c(load, 1, agents).wait_share > share:
        agents += 1
    return agents


@pytest.mark.parametrize(
    ("required", "shrinkage", "scheduled"),
    [(100, 0.30, 143), (14, 0.30, 20), (70, 0.30, 100), (84, 0.30, 120), (0, 0.3, 0), (7, 0.0, 7), (7.2, 0.0, 8)],
)
def test_shrinkage_divides_and_rounds_up(required, shrinkage, scheduled):
    assert scheduled_for(required, shrinkage) == scheduled


# ---------------------------------------------------------------------------------------------------------------------
# Errors


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
