"""Generated cases are the same in every run: a failure seen once is seen again, and no run fails by bad luck."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "same every time",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("same every time")
