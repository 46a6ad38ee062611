"""Numbers of other people: to 40 digits, as solved Markov chains, or as other programs print them."""

import math

import pytest

from ccsim.erlang import erlang_a, erlang_b, erlang_c, erlang_general
from tests.erlang.digits import THIRD, as_printed, close

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


# Published cases and exact solutions printed with 12 digits

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
