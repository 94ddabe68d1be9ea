"""Comments that carry an e-mail address and no id: held under the keyed hash of the address, and linked to the profile that has it.

What such comments are held under (``held_name``) is an id like any other, so that all comments of one address are one voice. It is merged
into a profile where exactly one is known by the address, be it there already or imported later. That is a merge as people make it: it
stands in the list, can be taken back, and is then not made again. Where several profiles share the address people decide.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from voc.feedback import NewFeedback
from voc.identity import MOST_SHARING, Identity, IdentityHasher, IdentityKind, held_name, pair_id
from voc.ids import customer_id
from voc.profile_history import ProfileNoun
from voc.store import Unit

BY = "e-mail address"
"""Who is named as having made such a merge."""


def named(new: NewFeedback, hasher: IdentityHasher) -> tuple[NewFeedback, Identity]:
    """Return a comment without its e-mail address, said by somebody, and what that somebody is known by.

    Raises
    ------
    InputError
        If the address is none.
    """
    hashed = hasher.email("", new.email or "", source=new.source_name)
    who = (new.customer or "").strip() or held_name(hashed.value)
    return new.model_copy(update={"email": None, "customer": who}), hashed.model_copy(update={"profile_id": customer_id(who)})


def link(unit: Unit, identities: Iterable[Identity], *, now: datetime) -> None:
    """Keep what people are known by, and let what is held under their addresses belong to the one profile that has it."""
    found = list(identities)
    unit.identities.add(found)
    for value in dict.fromkeys(one.value for one in found if one.kind is IdentityKind.EMAIL):
        _link(unit, value, now=now)


def _link(unit: Unit, value: str, *, now: datetime) -> None:
    held = customer_id(held_name(value))
    known = unit.identities.of_email(value)
    if held not in known or unit.merges.kept(held) != held or len(known) > MOST_SHARING:
        return
    profiles = {unit.merges.kept(name) for name in known if name != held}
    decided = {merge.pair_id for merge in unit.merges.find(held)}
    if len(profiles) == 1 and pair_id(held, kept := profiles.pop()) not in decided:
        unit.merges.do(kept, held, noun=ProfileNoun.CUSTOMER, reasons=(IdentityKind.EMAIL,), by=BY, now=now)


def held_for(unit: Unit, customer_ids: Sequence[str]) -> list[str]:
    """Return the ids that comments with these people's addresses are held under, of addresses nobody else has."""
    people = set(customer_ids)
    values = {one.value for name in customer_ids for one in unit.identities.find(name) if one.kind is IdentityKind.EMAIL}
    return sorted(customer_id(held_name(value)) for value in values if people >= set(unit.identities.of_email(value)))
