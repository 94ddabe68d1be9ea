"""The domain: what the words mean.

Read in this order: ``feedback`` (the unit), ``sentiment`` and ``enrichment`` (what one comment says), ``topics`` and ``taxonomy``
(what many say), ``customers`` and ``kpis`` (who says it and how they stand), ``drivers`` (what goes with a KPI), ``alerts``
(who must look), ``ports`` (what a model must offer), ``errors`` and ``settings``. ``voc.store`` is the only place that knows SQL.
"""
