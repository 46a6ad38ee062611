"""Custom routing: which engines a user's policy runs on, and whether they agree about it."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

from ccsim.experiment.replicate import simulator
from ccsim.program.compile import compile_scenario
from ccsim.scenario import Scenario, from_dict

__all__ = ["PolicyCheck", "check_policy"]


@dataclass(frozen=True)
class PolicyCheck:
    """What `check_policy` found.

    Attributes
    ----------
    engines : tuple of str
        Engines the policy runs on.
    reason : str
        Why it does not run on the compiled engine; empty when it does.
    replications, differing : int
        Replications compared row by row, and how many differ: 0, or the policy has a memory or draws numbers.
    """

    engines: tuple[str, ...]
    reason: str
    replications: int
    differing: int

    @property
    def ok(self) -> bool:
        """True if every engine it runs on gives the same rows."""
        return self.differing == 0


def check_policy(policy: Any, scenario: Scenario | None = None, *, replications: int = 20, seed: int = 1) -> PolicyCheck:
    """Say whether a routing policy is plain Python or can be compiled, and compare what it does.

    Parameters
    ----------
    policy : object
        With one or both of two pure functions of numbers: ``agent_score(contact, agent)`` (a call goes to the idle agent with
        the highest score; ties to the longest idle) and ``call_score(contact, agent, now)`` (an agent takes the waiting call
        with the highest score; ties by priority, then the longest wait). A contact has call_type, queue, priority,
        queued_at, customer; an agent id, team, idle_since. Codes count names in sorted order. Methods that use `self`, and
        whatever else numba cannot compile, run on the reference engine only.
    scenario : Scenario, optional
        What to try it on; by default a small centre of two queues and two teams that is short of agents.

    Notes
    -----
    A policy that can be compiled runs on both engines and must give identical rows; one that is plain Python runs twice on the
    reference engine, so that a hidden memory or random draw shows.
    """
    from ccsim.engine.compiled.policy import kernel_policy

    scenario = _short_of_agents() if scenario is None else scenario
    program = compile_scenario(scenario).program
    reason, other = "", "compiled"
    try:
        kernel_policy(policy)
    except TypeError as error:
        reason, other = _why_plain(policy) or str(error), "reference"
    first = simulator(program, seed, "reference", rows=True, policy=policy)
    second = simulator(program, seed, other, rows=True, policy=policy)
    differing = 0
    for replication in range(replications):
        a, b = first(replication).rows, second(replication).rows
        assert a is not None and b is not None
        differing += any(x.tobytes() != y.tobytes() for x, y in zip(a, b, strict=True))
    engines = ("reference",) if reason else ("reference", "compiled")
    return PolicyCheck(engines, reason, replications, differing)


def _why_plain(policy: Any) -> str:
    """Say what numba says of a method in words that lead on."""
    methods = [name for name in ("agent_score", "call_score") if inspect.ismethod(getattr(policy, name, None))]
    return f"{' and '.join(methods)}: a method that takes self cannot be compiled. Try: @staticmethod" if methods else ""


def _short_of_agents() -> Scenario:
    return from_dict(
        {
            "open": "09:00-11:00",
            "calls": {
                "orders": {"volume": "80/h", "handle": "4m", "patience": "3m"},
                "service": {"volume": "60/h", "handle": "3m", "patience": "2m"},
            },
            "queues": {"orders": {"priority": 1, "teams": ["all", "orders"]}, "service": {"teams": ["all"]}},
            "agents": {"all": {"headcount": 5}, "orders": {"headcount": 3}},
        }
    )
