"""Erasing one customer: recognise, take out of tables, topics and files, rewrite the database file, and write a receipt.

``work.py`` is where to begin; the other modules are pure, but for ``files.py``, which reads and writes files of the data folder.
"""
