"""What a run leaves behind: estimates, verdicts, provenance; rows where they were asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ccsim.analysis import Accumulator, Estimate, Verdict
from ccsim.outcomes import Rows
from ccsim.outcomes.store import Manifest, save
from ccsim.program.layout import Names, Program
from ccsim.rules.digest import LAYOUT_VERSION
from ccsim.rules.randomness import SCHEME
from ccsim.scenario import Scenario

__all__ = ["Neighbour", "Result", "TextbookFigures"]


class Neighbour(NamedTuple):
    """The same callers meet one agent fewer, or one more."""

    label: str
    agents: int
    service_level: Estimate


class TextbookFigures(NamedTuple):
    """What an Erlang formula says about the same centre; figures are None where the formula has no answer.

    Attributes
    ----------
    label : str
        "Erlang C" or "Erlang A".
    service_level, abandonment, delayed, occupancy : float or None
        Shares.
    asa : float or None
        Seconds.
    note : str
        What the formula assumes that the centre does not do, or why it has no answer.
    """

    label: str
    service_level: float | None
    asa: float | None
    abandonment: float | None
    delayed: float | None
    occupancy: float | None
    note: str


@dataclass(frozen=True)
class Result:
    """One scenario, simulated.

    Attributes
    ----------
    replications : int
        Finished replications; fewer than asked for when `interrupted`.
    digest : str
        sha256 over the row digests in replication order; the same for any engine, number of workers and chunking.
    estimates : list of Estimate
        KPIs in the default scopes; `accumulator` gives others.
    textbook : list of TextbookFigures
        Empty where the comparison is not fair; `textbook_reason` then says why.
    rows : Rows or None
        All replications, sorted by key.
    elapsed : float
        Wall-clock seconds of the simulation.
    """

    scenario: Scenario
    program: Program
    names: Names
    engine: str
    seed: int
    replications: int
    digest: str
    estimates: list[Estimate]
    targets: list[Verdict]
    warnings: list[str]
    neighbours: list[Neighbour]
    textbook: list[TextbookFigures]
    textbook_reason: str
    accumulator: Accumulator
    rows: Rows | None
    elapsed: float
    interrupted: bool = False

    @property
    def fingerprint(self) -> str:
        """sha256 of everything in the scenario that decides the outcomes."""
        return self.scenario.fingerprint

    def save(self, folder: str | Path, *, force: bool = False) -> Manifest:
        """Save the row tables with their provenance to a new folder; `ccsim.open_run` reads them back.

        Parameters
        ----------
        force : bool
            Replace a folder that holds a saved run already.

        Raises
        ------
        ValueError
            If the run kept no rows.
        StoreError
            If the folder exists or cannot be written.
        """
        if self.rows is None:
            raise ValueError("this run kept only counts. Try: ccsim.run(scenario, rows=True)")
        return save(
            Path(folder),
            self.rows,
            self.names,
            engine=self.engine,
            seed=self.seed,
            replications=self.replications,
            stream_scheme=SCHEME,
            layout_version=LAYOUT_VERSION,
            digest=self.digest,
            scenario=self.scenario.to_yaml(),
            force=force,
        )
