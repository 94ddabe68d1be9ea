"""Figures: every published number is the answer to a question that can be asked again.

``kinds.py`` holds what can be asked and how it is computed, ``desk.py`` computes, ``work.py`` publishes, finds and compares.
"""
