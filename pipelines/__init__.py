"""The six stages a comment passes, in order: ingest, enrich, discover, link, explain, act.

A stage is a pure function in the module of its name: values in, values out. ``sources`` reads files, ``assembly`` is the only place
that builds models and stores, ``run`` the only one that reads work, calls a stage and writes back, ``cli`` the command line.
"""
