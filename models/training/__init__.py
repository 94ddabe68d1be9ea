"""Recipes that rebuild every shipped artefact from data, with fixed seeds."""
