"""`ccsim erlang`: calls, handle time and target -> agents by Erlang C and A."""

from __future__ import annotations

from typing import Any

import click

from ccsim.cli.options import Written, as_json, examples

_duration = Written("parse_positive_duration", "time")
_share = Written("parse_share", "share")


@click.command(
    "erlang",
    epilog=examples(
        "ccsim erlang --calls 100/30m --aht 3m --target 80/20",
        "ccsim erlang --calls 200/h --aht 4m --patience 2m --shrinkage 30%",
        "ccsim erlang --calls 200/h --aht 4m --agents 15 --json",
    ),
)
@click.option("--calls", type=Written("parse_rate", "rate"), required=True, help="Such as 100/30m or 200/h.")
@click.option("--aht", type=_duration, required=True, help="Mean talk + hold + wrap, such as 3m or 210s.")
@click.option("--target", type=Written("parse_goal", "goal"), default="80/20", show_default=True, help="80 % in 20 s is 80/20.")
@click.option("--patience", type=_duration, help="Mean time a caller would wait; adds Erlang A.")
@click.option("--shrinkage", type=_share, default="0%", help="Paid time not on the phones: 30% turns 14 agents into 20.")
@click.option("--max-occupancy", type=_share, help="Agents may be busy at most so much, such as 85%.")
@click.option("--agents", type=click.IntRange(1, 200_000), help="Agents you have: what do they give?")
@as_json
def command(
    calls: Any,
    aht: float,
    target: Any,
    patience: float | None,
    shrinkage: float,
    max_occupancy: float | None,
    agents: int | None,
    as_json: bool,
) -> None:
    """Agents and waits by the textbook: Erlang C and A side by side.

    Erlang C assumes that nobody hangs up, Erlang A that callers wait an exponential time; both know one queue with
    constant load and staff. A simulated scenario knows neither limit: see ccsim run.
    """
    import math

    from ccsim.cli.console import console, print_json
    from ccsim.report import textbook

    if calls.period is None:
        raise click.BadParameter("calls per day say nothing of an hour. Try: 100/30m", param_hint="--calls")
    question = textbook.Question(
        calls=calls.calls,
        period=calls.period,
        handle_time=aht,
        service_level=target.share,
        within=target.within,
        patience=math.inf if patience is None else patience,
        shrinkage=shrinkage,
        max_occupancy=max_occupancy,
        agents=agents,
    )
    try:
        models = textbook.answer(question)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if as_json:
        print_json(textbook.as_json(question, models))
    else:
        textbook.print_answer(question, models, console())
