"""Inbound call-centre simulator: a YAML scenario in, KPI tables with honest intervals out."""

__version__ = "0.1.0"
