"""Machine learning behind the ports of ``voc.ports``: one file per port, checked weights in ``artifacts``, recipes in ``training``.

Importing this package or any module of it loads no heavy library; the ``load_…`` functions do.
"""
