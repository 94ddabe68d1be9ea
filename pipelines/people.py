"""People: profiles with their history, what they are known by, and merges: proposed, decided by people, taken back."""

from collections.abc import Iterable, Sequence
from itertools import combinations
from pathlib import Path

from pipelines.identity_key import hasher_of
from pipelines.intake import Writer
from pipelines.known_by_email import link
from voc.account_room import RoleWeights
from voc.clock import Clock
from voc.customers import Account, Customer
from voc.errors import InputError, NotFoundError
from voc.identity import Identity, IdentityHasher, IdentityKind, Merge, MergeProposal, MergeState, pair_id
from voc.ids import customer_id
from voc.store import Store, Unit


def known_by(hasher: IdentityHasher, customers: Sequence[Customer], *, emails: dict[str, str], source: str) -> list[Identity]:
    """Return what the customers are known by: their ids, and their e-mail addresses by customer id."""
    found = [hasher.external_id(customer.id, customer.external_id, source=source) for customer in customers]
    return found + [hasher.email(name, address, source=source) for name, address in emails.items()]


def map_ids(unit: Unit, hasher: IdentityHasher, rows: Iterable[tuple[str, str, str]]) -> int:
    """Keep the rows ``(source, id there, customer id)`` of a mapping table: each proposes a merge. Return how many there were.

    Rows of somebody who was erased are left out, as are those that name one profile twice.
    """
    wanted = [row for row in rows if customer_id(row[1]) != customer_id(row[2])]
    refused = unit.erasures.refusals([customer_id(name) for row in wanted for name in row[1:]])
    found = [
        identity
        for source, source_id, target in wanted
        if not refused.keys() & {customer_id(source_id), customer_id(target)}
        for identity in hasher.mapping(source=source, source_id=source_id, from_id=customer_id(source_id), to_id=customer_id(target))
    ]
    unit.identities.add(found)
    return len(found) // 2


def proposals(shared: Iterable[Sequence[Identity]], *, decided: Iterable[Merge], comments: dict[str, int]) -> list[MergeProposal]:
    """Return the pairs of profiles that share what people are known by and that nobody has decided, those with most reasons first.

    Parameters
    ----------
    shared
        Groups of identities of one kind and value.
    decided
        Every decision; a pair that was rejected, or merged and taken back, is not proposed again.
    comments
        Comments per profile: the profile heard more often is kept, unless a mapping table says which one it is.
    """
    known = {merge.pair_id for merge in decided}
    reasons: dict[tuple[str, str], set[IdentityKind]] = {}
    targets: set[str] = set()
    for group in shared:
        targets |= {one.customer_id for one in group if one.kind is IdentityKind.MAPPING and not one.source}
        for pair in combinations(sorted({one.customer_id for one in group}), 2):
            reasons.setdefault(pair, set()).add(group[0].kind)
    found = []
    for pair, why in reasons.items():
        if pair_id(*pair) in known:
            continue
        kept, gone = sorted(pair, key=lambda one: (one not in targets, -comments.get(one, 0), one))
        found.append(MergeProposal(id=pair_id(kept, gone), kept_id=kept, gone_id=gone, reasons=tuple(sorted(why))))
    return sorted(found, key=lambda one: (-len(one.reasons), one.id))


class PeopleWork:
    """What people do to profiles on a store."""

    def __init__(self, store: Store, writer: Writer, *, folder: Path, clock: Clock) -> None:
        self._store, self._writer, self._folder, self._clock = store, writer, folder, clock

    def put_customer(self, customer: Customer, *, email: str | None, by: str) -> dict[str, int]:
        """Set what is given of a customer; an e-mail address is kept as a keyed hash alone. Return counts new, changed, same.

        Raises
        ------
        InputError
            If the e-mail address is none.
        ErasedError
            If the customer was erased.
        """
        emails = {} if email is None else {customer.id: email}
        identities = known_by(hasher_of(self._folder), [customer], emails=emails, source=by)

        def keep(unit: Unit) -> dict[str, int]:
            unit.erasures.check(customer.id)
            counts = unit.customers.put_customers([customer], by=by, now=self._clock())
            link(unit, identities, now=self._clock())
            return counts

        return self._writer.do(keep)

    def put_account(self, account: Account, *, by: str) -> dict[str, int]:
        """Set what is given of an account. Return counts new, changed, same."""
        return self._writer.do(lambda unit: unit.customers.put_accounts([account], by=by, now=self._clock()))

    def proposed(self) -> list[MergeProposal]:
        """Return the pairs that look like one person and wait for a decision."""
        with self._store.read() as unit:
            return proposed(unit)

    def decide(self, proposal_id: str, *, accept: bool, by: str) -> Merge:
        """Merge two profiles, or note that they are two people.

        Raises
        ------
        NotFoundError
            If no such pair waits for a decision.
        """

        def carry_out(unit: Unit) -> Merge:
            found = next((one for one in proposed(unit) if one.id == proposal_id), None)
            if found is None:
                raise NotFoundError(proposal=proposal_id)
            decide = unit.merges.do if accept else unit.merges.reject
            return decide(found.kept_id, found.gone_id, reasons=found.reasons, by=by, now=self._clock())

        return self._writer.do(carry_out)

    def undo(self, number: int, *, by: str) -> Merge:
        """Take a decision back; a merged pair becomes two again and is not proposed again.

        Raises
        ------
        NotFoundError
            If there is no such decision.
        InputError
            If it was taken back already, or a later merge of the same people stands.
        """

        def carry_out(unit: Unit) -> Merge:
            merge = unit.merges.get(number)
            if merge is None:
                raise NotFoundError(merge=number)
            if merge.undone_at is not None:
                raise InputError("The decision was taken back already.", merge=number)
            later = [one for one in unit.merges.find() if one.number > number and _stands(one) and _both(one) & _both(merge)]
            if later and merge.state is MergeState.ACCEPTED:
                raise InputError("Later merges touch the same people: take those back first.", merge=number, later=later[0].number)
            unit.merges.undo(merge, by=by, now=self._clock())
            return unit.merges.get(number) or merge

        return self._writer.do(carry_out)

    def set_weights(self, account_id: str, weights: RoleWeights | None, *, by: str) -> None:
        """Set the weights of an account (empty id: of all without their own); None: the weights of all count for it again."""
        if weights is None:
            self._writer.do(lambda unit: unit.role_weights.remove(account_id))
        else:
            self._writer.do(lambda unit: unit.role_weights.put(account_id, weights, by=by, now=self._clock()))


def proposed(unit: Unit) -> list[MergeProposal]:
    """Return the pairs that wait for a decision."""
    shared = unit.identities.shared()
    comments = unit.identities.comments_of(sorted({one.customer_id for group in shared for one in group}))
    return proposals(shared, decided=unit.merges.find(), comments=comments)


def _stands(merge: Merge) -> bool:
    return merge.undone_at is None and merge.state is MergeState.ACCEPTED


def _both(merge: Merge) -> set[str]:
    return {merge.kept_id, merge.gone_id}
