"""Names that try to become something else: markup, scripts, formulas, very long words, writing from right to left.

A canary of every script is the attribute `hit` of the window (`alert` and friends are watched too): no page may ever have it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from ccsim.scenario import Scenario, from_dict

HIT = "window['hit']=1"

MARKUP = (
    f"<script>{HIT}</script>",
    f"</script><script>{HIT}</script>",
    f"</title><script>{HIT}</script>",
    f"</style><script>{HIT}</script>",
    f"</textarea><script>{HIT}</script>",
    f"<img src=x onerror={HIT}>",
    f'"><img src=x onerror={HIT}>',
    f"'><svg onload={HIT}>",
    f'" onload="{HIT}',
    f"' onmouseover='{HIT}",
    f'" autofocus onfocus="{HIT}" x="',
    f"<svg><script>{HIT}</script></svg>",
    f"<svg/onload={HIT}>",
    f"<body onload={HIT}>",
    f"<iframe srcdoc='<script>{HIT}</script>'></iframe>",
    "<iframe src=//evil/x></iframe>",
    f"<math><a xlink:href=javascript:{HIT}>x</a></math>",
    f"<a href=javascript:{HIT}>click</a>",
    f"javascript:{HIT}",
    f"data:text/html,<script>{HIT}</script>",
    "<link rel=stylesheet href=//evil/x>",
    "<base href=//evil/>",
    "<meta http-equiv=refresh content=0;url=//evil/>",
    "<form action=//evil/><button>go</button></form>",
    "<object data=//evil/x></object>",
    "<style>@import '//evil/x';</style>",
    "<details open ontoggle=" + HIT + ">",
    f"<video><source onerror={HIT}></video>",
    "<!-- comment",
    "--><b>bold</b><!--",
    "<![CDATA[ x ]]>",
    "]]><b>x</b>",
    "<?xml version='1'?>",
    "<b>bold</b> & <i>italic</i>",
    "&lt;script&gt; &amp;amp; &#60;b&#62;",
    "<noscript><p title='</noscript><img src=x>'>",
    "<template><img src=x></template>",
    "`${" + HIT + "}`",
    "{{ 7*7 }} {% raw %} {# x #}",
    "{0} {goal} %s %(x)s",
    "$\\frac{1}{0}$ $x^2$",
    "\\u003cscript\\u003e",
    "url(//evil/x)",
    "x;background:url(//evil/x)",
)

FORMULAS = (
    "=cmd|' /C calc'!A0",
    "=1+1",
    '=HYPERLINK("//evil/x")',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "#N/A",
    "'=1",
    "1e5",
    "TRUE",
)

SHAPES = (
    "w" * 100,
    "a b " * 24 + "end",
    "שלום עולם",
    "مركز الاتصال",
    "客服中心",
    "Z̸̢̛a̶l̵g̷o̴",
    "👩‍💻"[:1] + "👍🏽",
    "[link](//evil/x)",
    "con",
    "a/b\\c:d?[e]",
)

PAYLOADS = MARKUP + FORMULAS + SHAPES

REFUSED = ("\u202egnp", "a\x1b[31mred", "a\x00b", "a\u2028b", "a\u200bb", "\ufeffx")
"""What no name may hold: marks that turn the writing round, colours of a terminal, nothing, breaks of lines, joiners."""


def as_name(payload: str, number: int) -> str:
    """A payload as the name of a part of a centre: no dots and stars, and unlike any other."""
    return f"{payload.replace('.', '').replace('*', '')[:90].strip()} {number}"


@cache
def hostile_names(kind: str, n: int) -> tuple[str, ...]:
    """The first n payloads as names of this kind, each different from those of other kinds."""
    shift = {"call": 0, "queue": 100, "team": 200, "what_if": 300, "node": 400, "event": 500}[kind]
    return tuple(as_name(payload, shift + number) for number, payload in enumerate(PAYLOADS[:n]))


def hostile_scenario(n: int = len(PAYLOADS), text: str = PAYLOADS[0]) -> Scenario:
    """A centre of n call types, queues and teams, each of them named by a payload.

    Parameters
    ----------
    text : str
        Its name and description.
    """
    calls, queues, teams = (hostile_names(kind, n) for kind in ("call", "queue", "team"))
    content: dict[str, Any] = {
        "name": text,
        "description": text * 3,
        "currency": text,
        "open": "09:00-11:00",
        "calls": {name: {"volume": "6/h", "handle": "4m", "patience": "2m"} for name in calls},
        "queues": {queue: {"calls": [call], "teams": [team]} for queue, call, team in zip(queues, calls, teams, strict=True)},
        "agents": {name: {"headcount": 1, "cost": "20/h"} for name in teams},
        "targets": {"service_level": "80/20"},
        "events": {hostile_names("event", 1)[0]: {"when": "2024-01-01 09:30-10:00", "off_phones": {teams[0]: 1}}},
        "what_if": {name: {f"agents.{teams[0]}.headcount": 2} for name in hostile_names("what_if", n)},
    }
    return from_dict(content)
