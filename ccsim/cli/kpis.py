"""`ccsim kpis`: the registry of KPIs, as a list or one in full."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import click

from ccsim.cli.options import as_json, examples

if TYPE_CHECKING:
    from ccsim.analysis.kpi import Kpi

WIDTH = 100


@click.command("kpis", epilog=examples("ccsim kpis", "ccsim kpis service_level", "ccsim kpis --json"))
@click.argument("id", required=False, metavar="[ID]")
@as_json
def command(id: str | None, as_json: bool) -> None:
    """What every figure means: the sentence and the formula.

    Without ID a list of all; with ID one in full, variants included.
    """
    from ccsim.analysis.registry import REGISTRY
    from ccsim.cli.console import print_json

    if id is not None and id not in REGISTRY:
        from ccsim.errors import nearest, shown

        near = nearest(id, list(REGISTRY))
        raise click.UsageError(f"no such KPI: {shown(id)}. " + (f"Did you mean {near}?" if near else "Try: ccsim kpis"))
    chosen = list(REGISTRY.values()) if id is None else [REGISTRY[id]]
    if as_json:
        print_json({"kpis": [_fields(kpi) for kpi in chosen]})
    elif id is None:
        _print_list(chosen)
    else:
        _print_one(chosen[0])


def _fields(kpi: Kpi) -> dict[str, Any]:
    return {
        "id": kpi.id,
        "title": kpi.title,
        "sentence": kpi.sentence,
        "unit": kpi.unit,
        "numerator": kpi.numerator,
        "denominator": kpi.denominator,
        "bases": kpi.bases,
        "scopes": kpi.scopes,
        "better": kpi.better,
        "variants": _variants(kpi),
    }


def _variants(kpi: Kpi) -> list[dict[str, str]]:
    """Return numerator and denominator of each variant; only service levels have any."""
    if not kpi.variants:
        return []
    from ccsim.analysis.kpi import FLOW_OUTS, SERVICE_LEVELS, Metrics, service_level_formula

    found = []
    for name in SERVICE_LEVELS:
        for flow_outs in FLOW_OUTS:
            formula = service_level_formula(Metrics(name, flow_outs), 0.0, 0)
            sums = {key: getattr(formula, key).replace("_within_0", "_within") for key in ("numerator", "denominator")}
            found.append({"variant": f"{name}.{flow_outs}", **sums})
    return found


def _print_list(kpis: list[Kpi]) -> None:
    id_width = max(len(kpi.id) for kpi in kpis)
    unit_width = max(len(kpi.unit) for kpi in kpis)
    for kpi in kpis:
        click.echo(f"{kpi.id:<{id_width}}  {kpi.unit:<{unit_width}}  {kpi.title}")
    click.echo("In full: ccsim kpis ID", err=True)


def _print_one(kpi: Kpi) -> None:
    click.echo(f"{kpi.title} ({kpi.id}), {kpi.unit}")
    click.echo(textwrap.fill(kpi.sentence, WIDTH))
    if kpi.numerator:
        ratio = (
            f"{kpi.numerator}  /  {kpi.denominator}"
            if kpi.denominator
            else f"{kpi.quantile:g} quantile of waits: {kpi.numerator}"
        )
        click.echo(f"As sums: {ratio}")
    for variant in _variants(kpi):
        click.echo(f"  {variant['variant']:<34} ({variant['numerator']}) / ({variant['denominator']})")
    click.echo(f"Counted per {', '.join(kpi.bases)}; scopes: {', '.join(kpi.scopes) or 'centre'}")
