"""People: profiles with their history, what they are known by, and merges: proposed, decided by people, taken back."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from pipelines.identity_key import hasher_of
from pipelines.intake import Writer
from pipelines.known_by_email import link
from pipelines.merge_proposals import proposed
from pipelines.sources.mapping_table import MappedId
from voc.account_room import RoleWeights
from voc.clock import Clock
from voc.customers import Account, Customer
from voc.errors import InputError, NotFoundError
from voc.identity import Identity, IdentityHasher, Merge, MergeProposal, MergeState
from voc.ids import account_id, customer_id
from voc.profile_history import ProfileNoun
from voc.store import Store, Unit

OUR_ID = {ProfileNoun.CUSTOMER: customer_id, ProfileNoun.ACCOUNT: account_id}


def known_by(hasher: IdentityHasher, customers: Sequence[Customer], *, emails: dict[str, str], source: str) -> list[Identity]:
    """Return what the customers are known by: their ids, and their e-mail addresses by customer id."""
    found = [hasher.external_id(customer.id, customer.external_id, source=source) for customer in customers]
    return found + [hasher.email(name, address, source=source) for name, address in emails.items()]


def map_ids(unit: Unit, hasher: IdentityHasher, rows: Iterable[MappedId]) -> int:
    """Keep the rows of a mapping table: each proposes a merge. Return how many there were.

    Rows of somebody who was erased are left out, as are those that name one profile twice.
    """
    pairs = [(row, OUR_ID[row.noun](row.source_id), OUR_ID[row.noun](row.target)) for row in rows]
    wanted = [(row, from_id, to_id) for row, from_id, to_id in pairs if from_id != to_id]
    refused = unit.erasures.refusals([name for _, *both in wanted for name in both])
    found = [
        identity
        for row, from_id, to_id in wanted
        if not refused.keys() & {from_id, to_id}
        for identity in hasher.mapping(row.noun, source=row.source, source_id=row.source_id, from_id=from_id, to_id=to_id)
    ]
    unit.identities.add(found)
    return len(found) // 2


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

    def proposed(self, noun: ProfileNoun = ProfileNoun.CUSTOMER) -> list[MergeProposal]:
        """Return the pairs that look like one person or one account and wait for a decision."""
        with self._store.read() as unit:
            return proposed(unit, noun)

    def decide(self, proposal_id: str, *, accept: bool, by: str) -> Merge:
        """Merge two profiles, or note that they are two people or two accounts.

        Raises
        ------
        NotFoundError
            If no such pair waits for a decision.
        """

        def carry_out(unit: Unit) -> Merge:
            unit.merges.decide_alone()
            waiting = (one for noun in ProfileNoun for one in proposed(unit, noun))
            found = next((one for one in waiting if one.id == proposal_id), None)
            if found is None:
                raise NotFoundError(proposal=proposal_id)
            decide = unit.merges.do if accept else unit.merges.reject
            return decide(found.kept_id, found.gone_id, noun=found.noun, reasons=found.reasons, by=by, now=self._clock())

        return self._writer.do(carry_out)

    def undo(self, number: int, *, by: str) -> Merge:
        """Take a decision back; a merged pair becomes two again and is not proposed again.

        Raises
        ------
        NotFoundError
            If there is no such decision.
        InputError
            If it was taken back already, or a later merge of the same profiles stands.
        """

        def carry_out(unit: Unit) -> Merge:
            unit.merges.decide_alone()
            merge = unit.merges.get(number)
            if merge is None:
                raise NotFoundError(merge=number)
            if merge.undone_at is not None:
                raise InputError("The decision was taken back already.", merge=number)
            later = [one for one in unit.merges.find(noun=merge.noun) if one.number > number and one.stands and _both(one) & _both(merge)]
            if later and merge.state is MergeState.ACCEPTED:
                raise InputError("Later merges touch the same profiles: take those back first.", merge=number, later=later[0].number)
            unit.merges.undo(merge, by=by, now=self._clock())
            return unit.merges.get(number) or merge

        return self._writer.do(carry_out)

    def set_weights(self, account_id: str, weights: RoleWeights | None, *, by: str) -> None:
        """Set the weights of an account (empty id: of all without their own); None: the weights of all count for it again.

        Weights of an account that was merged are those of the one that was kept.
        """
        if weights is None:
            self._writer.do(lambda unit: unit.role_weights.remove(unit.merges.kept(account_id)))
        else:
            self._writer.do(lambda unit: unit.role_weights.put(unit.merges.kept(account_id), weights, by=by, now=self._clock()))


def _both(merge: Merge) -> set[str]:
    return {merge.kept_id, merge.gone_id}
