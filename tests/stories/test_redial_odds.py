"""What makes callers dial again, fact by fact. The centre is open from 0 to 600 s; odds times a million are a certainty."""

from __future__ import annotations

from tests.stories.centre import FOR_EVER, NEVER, centre


def redial(share: str, **odds: float) -> dict[str, object]:
    """Whoever dials again does so after 50 s."""
    return {"redial": {"share": share, "after": {"deterministic": "50s"}, "odds": odds}}


def test_who_was_blocked_gives_up_and_who_waited_long_tries_again(tell):
    """
    Two lines. Half of the callers would dial again; nobody who was blocked, everybody who waited more than 10 s.
    0    A talks until 200
    10   B dials, patient until 30; C finds no line: BLOCKED, for good
    30   B hangs up after 20 s and dials again at 80, hangs up at 100, dials again at 150
    170  B hangs up, dials at 220: agent 0 is idle since 200, until 280
    """
    told = tell(
        centre(
            [(0, 200, FOR_EVER), (10, 60, 20), (10, 60, 20)],
            lines=2,
            after_contact=redial("50%", blocked=0, wait_over_10s=1e6),
        )
    )
    assert told.contacts == [
        (0, 0, "SERVED", 0, 0, 200, 0),
        (1, 0, "ABANDONED", 10, 10, 30, 20),
        (1, 1, "ABANDONED", 80, 80, 100, 20),
        (1, 2, "ABANDONED", 150, 150, 170, 20),
        (1, 3, "SERVED", 220, 220, 280, 0),
        (2, 0, "BLOCKED", 10, NEVER, 10, 0),
    ]


def test_a_wait_of_the_time_itself_is_not_over_it(tell):
    """
    One caller in a thousand would dial again, but everybody who waited more than 20 s.
    0    A talks until 60
    10   B is patient for 20 s, C for 21 s. At 30 B hangs up for good; at 31 C hangs up, and dials again at 81: agent 0
    """
    told = tell(centre([(0, 60, FOR_EVER), (10, 60, 20), (10, 60, 21)], after_contact=redial("0.1%", wait_over_20s=1e6)))
    assert told.contacts[1:] == [
        (1, 0, "ABANDONED", 10, 10, 30, 20),
        (2, 0, "ABANDONED", 10, 10, 31, 21),
        (2, 1, "SERVED", 81, 81, 141, 0),
    ]


def test_each_earlier_contact_counts(tell):
    """
    Everybody who waited dials again, but nobody for the second time.
    0    A talks until 300
    10   B is patient for 20 s: hangs up at 30, dials again at 80, hangs up at 100 for good
    """
    told = tell(centre([(0, 300, FOR_EVER), (10, 60, 20)], after_contact=redial("50%", earlier_contacts=0, wait_over_1s=1e6)))
    assert told.contacts[1:] == [
        (1, 0, "ABANDONED", 10, 10, 30, 20),
        (1, 1, "ABANDONED", 80, 80, 100, 20),
    ]


def test_sent_away_at_closing_is_a_fact_of_its_own(tell):
    """
    Two days, open for 600 s each; at closing who waits is sent away. Who was dials again, of others one in a thousand.
    500  A talks until 700
    510  B hangs up at 530, for good
    520  C waits, is sent away at 600, and dials again on the next day
    """
    told = tell(
        centre(
            [(500, 200, FOR_EVER), (510, 60, 20), (520, 60, FOR_EVER)],
            days=2,
            closing={"queue": "clear"},
            after_contact=redial("0.1%", closed=1e6),
        )
    )
    assert [(contact[0], contact[1], contact[2]) for contact in told.contacts] == [
        (0, 0, "SERVED"),
        (1, 0, "ABANDONED"),
        (2, 0, "CLOSED"),
        (2, 1, "SERVED"),
    ]
    assert told.contacts[3][3] >= 86400
