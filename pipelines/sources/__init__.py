"""Sources: files of comments, customers and KPI values become domain values, one row at a time.

A file is opened as a ``Table`` (``table.py``), a ``ColumnMapping`` says which column is what (``mapping.py``, guessed by
``guessing.py``), and ``reading.py``, ``customers_file.py`` and ``kpis_file.py`` turn rows into values. Invariant: every data row ends
as exactly one value or one ``Rejected`` with line, column and reason; nothing is dropped and nothing is replaced silently.
"""
