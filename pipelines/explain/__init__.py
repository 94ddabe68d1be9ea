"""Explain: what goes with a KPI, how issues move over time, and how certain that is.

``drivers`` measures the association of issues with a KPI, ``levels`` a KPI itself, ``trends`` compares periods, ``summaries`` puts
all of it together for one issue, ``wording`` says it in words that never claim a cause. All are pure: values in, values out.
"""
