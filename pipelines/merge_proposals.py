"""Pairs of profiles that look like one person or one account, by stated rules: what they share, and nobody has decided."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from voc.identity import MOST_SHARING, Identity, IdentityKind, Merge, MergeProposal, pair_id, plain_id
from voc.organisation_names import plain_organisation
from voc.profile_history import ProfileNoun
from voc.store import Unit
from voc.store.customers import AccountName

SHORTEST_NAME = 2


def proposed(unit: Unit, noun: ProfileNoun = ProfileNoun.CUSTOMER) -> list[MergeProposal]:
    """Return the pairs of customers or accounts that wait for a decision."""
    shared = unit.identities.shared(noun)
    if noun is ProfileNoun.ACCOUNT:
        shared += sharing(unit.customers.names_of_accounts())
    ids = sorted({one.profile_id for group in shared for one in group})
    profiles = unit.customers.customers(ids) if noun is ProfileNoun.CUSTOMER else unit.customers.accounts(ids)
    return proposals(
        shared,
        noun=noun,
        decided=unit.merges.find(noun=noun),
        comments=unit.identities.comments_of(ids, noun),
        left={name: profile.churned_on is not None for name, profile in profiles.items()},
    )


def sharing(accounts: Sequence[AccountName]) -> list[list[Identity]]:
    """Return what two to ``MOST_SHARING`` accounts share: an id written differently, or a name but for its legal form.

    Organisations are no persons: this is read from their profiles as they stand, so a name that changes proposes nothing any more.
    """
    groups: dict[tuple[IdentityKind, str], list[str]] = defaultdict(list)
    for account in accounts:
        groups[IdentityKind.EXTERNAL_ID, plain_id(account.external_id)].append(account.id)
        name = plain_organisation(account.name or "")
        if len(name) >= SHORTEST_NAME:
            groups[IdentityKind.NAME, name].append(account.id)
    return [
        [Identity(profile_id=account_id, kind=kind, value=value, source="") for account_id in ids]
        for (kind, value), ids in groups.items()
        if 1 < len(ids) <= MOST_SHARING
    ]


def proposals(
    shared: Iterable[Sequence[Identity]],
    *,
    noun: ProfileNoun,
    decided: Iterable[Merge],
    comments: Mapping[str, int],
    left: Mapping[str, bool],
) -> list[MergeProposal]:
    """Return the pairs of profiles that share what they are known by and that nobody has decided, those with most reasons first.

    Parameters
    ----------
    shared
        Groups of identities of one kind and value.
    noun
        Whose profiles they are.
    decided
        Every decision; a pair that was rejected, or merged and taken back, is not proposed again.
    comments
        Comments per profile: the profile heard more often is kept, unless a mapping table says which one it is.
    left
        Of those with a profile, whether they have left. Who was only heard is never kept before one with a profile, and who has left
        never before one who has not: facts would be lost, and a customer who stays would count as gone.
    """
    known = {merge.pair_id for merge in decided}
    reasons: dict[tuple[str, str], set[IdentityKind]] = {}
    targets: set[str] = set()
    for group in shared:
        targets |= {one.profile_id for one in group if one.kind is IdentityKind.MAPPING and not one.source}
        for pair in combinations(sorted({one.profile_id for one in group}), 2):
            reasons.setdefault(pair, set()).add(group[0].kind)
    found = []
    for pair, why in reasons.items():
        if pair_id(*pair) in known:
            continue
        kept, gone = sorted(pair, key=lambda one: (one not in left, left.get(one, False), one not in targets, -comments.get(one, 0), one))
        found.append(MergeProposal(id=pair_id(kept, gone), noun=noun, kept_id=kept, gone_id=gone, reasons=tuple(sorted(why))))
    return sorted(found, key=lambda one: (-len(one.reasons), one.id))
