"""The HTTP interface: routes, keys, errors and the dashboard, on top of ``pipelines.service.Service``.

Read in this order: ``main`` (what is put together), ``envelope`` (what every request passes), ``auth``, ``bodies`` and ``strict_json``
(what is let in), ``errors`` and ``catalogue`` (how failures look), ``routes`` (one module a noun), ``pages`` (the dashboard), ``server``.
"""
