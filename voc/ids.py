"""Ids are derived from what they name, so the same input gives the same ids on every machine and at every run."""

import hashlib
import secrets

ID_HEX_DIGITS = 24


def derived_id(prefix: str, *parts: str) -> str:
    """Return ``prefix_`` and 96 bits of a hash over the parts; equal parts give an equal id."""
    joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return f"{prefix}_{hashlib.sha256(joined).hexdigest()[:ID_HEX_DIGITS]}"


def random_id(prefix: str) -> str:
    """Return an id that names an event (a run, an import, a request), unique by chance."""
    return f"{prefix}_{secrets.token_hex(ID_HEX_DIGITS // 2)}"


def feedback_id(source_name: str, identity: str) -> str:
    """Return the id of a feedback from its source and its identity there."""
    return derived_id("fb", source_name, identity)


def customer_id(external_id: str) -> str:
    """Return our id of a customer from the id the sender uses."""
    return derived_id("cu", external_id)


def account_id(external_id: str) -> str:
    """Return our id of an account from the id the sender uses."""
    return derived_id("ac", external_id)
