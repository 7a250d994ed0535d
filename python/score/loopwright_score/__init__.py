"""Scoring tables with models of Python."""
