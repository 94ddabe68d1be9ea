"""Merged profiles in the store: what belonged to one person's or account's second profile belongs to the first, until undone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, update

from voc.identity import IdentityKind, Merge, MergeState
from voc.profile_history import ProfileNoun
from voc.store.feedback import chunks, keep_intake_out
from voc.store.filters import standing
from voc.store.moves import CHANGE, FOLLOWS, MERGES, MOVES, Move, forget_memberships, membership_moves, note_moves, ways_of
from voc.store.profiles import note_change
from voc.store.rows import table
from voc.store.tables import AccountRow, CustomerRow

PROFILES = {ProfileNoun.CUSTOMER: table(CustomerRow), ProfileNoun.ACCOUNT: table(AccountRow)}
FILLED = {
    ProfileNoun.CUSTOMER: ("account_id", "name", "segment", "started_on"),
    ProfileNoun.ACCOUNT: ("name", "plan", "region", "segment", "revenue_per_year", "started_on", "renewal_on"),
}
"""What the kept profile gets where it lacks it. Not the day of leaving: lacking it says that somebody is still there."""


class MergeStore:
    """Decided pairs inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def decide_alone(self) -> None:
        """Before a decision: let nobody take anything in or decide until it is kept, so that no row is left behind under a merged id."""
        keep_intake_out(self._connection)

    def do(
        self,
        kept_id: str,
        gone_id: str,
        *,
        reasons: Sequence[IdentityKind],
        by: str,
        now: datetime,
        noun: ProfileNoun,
    ) -> Merge:
        """Give everything of one profile to the other, which also gets the facts it lacks; keep what it takes to undo."""
        filled, change = self._fill(noun, kept_id, gone_id, by=by, now=now)
        merge = self._note(noun, kept_id, gone_id, reasons, MergeState.ACCEPTED, by=by, now=now, filled=filled)
        self._note_changes(merge.number, change)
        for name, (target, key, owner, _) in FOLLOWS[noun].items():
            theirs = target.c[owner] == gone_id
            ids = self._connection.execute(select(target.c[key]).where(theirs)).scalars()
            note_moves(self._connection, [Move(merge.number, name, str(row_id)) for row_id in ids])
            self._connection.execute(update(target).where(theirs).values({owner: kept_id}))
        return merge

    def reject(
        self,
        kept_id: str,
        gone_id: str,
        *,
        reasons: Sequence[IdentityKind],
        by: str,
        now: datetime,
        noun: ProfileNoun,
    ) -> Merge:
        """Note that two profiles are two people or two accounts."""
        return self._note(noun, kept_id, gone_id, reasons, MergeState.REJECTED, by=by, now=now, filled={})

    def undo(self, merge: Merge, *, by: str, now: datetime) -> None:
        """Give back what moved and was not moved on since, and take the filled facts away again where nobody has changed them."""
        for name, (target, key, owner, read_key) in FOLLOWS[merge.noun].items():
            query = select(MOVES.c.row_id).where(MOVES.c.number == merge.number, MOVES.c.noun == name)
            for some in chunks(list(self._connection.execute(query).scalars())):
                mine = target.c[key].in_([read_key(row_id) for row_id in some])
                given = update(target).where(mine, target.c[owner] == merge.kept_id)
                self._connection.execute(given.values({owner: merge.gone_id}))
        self._note_changes(merge.number, self._take_back(merge, by=by, now=now))
        self._connection.execute(update(MERGES).where(MERGES.c.number == merge.number).values(undone_by=by, undone_at=now))

    def find(self, profile_id: str | None = None, *, noun: ProfileNoun | None = None) -> list[Merge]:
        """Return all decisions, or those about a profile or about customers or accounts, latest first."""
        query = select(MERGES).order_by(MERGES.c.number.desc())
        if profile_id is not None:
            query = query.where(or_(MERGES.c.kept_id == profile_id, MERGES.c.gone_id == profile_id))
        if noun is not None:
            query = query.where(MERGES.c.noun == noun.value)
        return [_merge(row) for row in self._connection.execute(query)]

    def get(self, number: int) -> Merge | None:
        """Return a decision, or None."""
        row = self._connection.execute(select(MERGES).where(MERGES.c.number == number)).one_or_none()
        return None if row is None else _merge(row)

    def kept(self, profile_id: str) -> str:
        """Return the profile that stands for a customer or an account: its own, or the one it was merged into."""
        return self.standing_for([profile_id]).get(profile_id, profile_id)

    def standing_for(self, profile_ids: Sequence[str]) -> dict[str, str]:
        """Return, for those of the profiles that were merged, the one that stands for them."""
        return {name: way[-1][1] for name, way in ways_of(self._connection, profile_ids).items()}

    def family(self, profile_id: str) -> frozenset[str]:
        """Return every profile of the person or account behind a profile, merged ones included."""
        found, wave = {self.kept(profile_id)}, [self.kept(profile_id)]
        while wave:
            query = select(MERGES.c.gone_id).where(MERGES.c.kept_id.in_(wave), standing())
            wave = [gone for gone in self._connection.execute(query).scalars() if gone not in found]
            found.update(wave)
        return frozenset(found)

    def revision(self) -> tuple[int, int]:
        """Return how many decisions there are and how many were taken back."""
        row = self._connection.execute(select(func.count(), func.count(MERGES.c.undone_at)).select_from(MERGES)).one()
        return int(row[0]), int(row[1])

    def _note(
        self,
        noun: ProfileNoun,
        kept_id: str,
        gone_id: str,
        reasons: Sequence[IdentityKind],
        state: MergeState,
        *,
        by: str,
        now: datetime,
        filled: dict[str, Any],
    ) -> Merge:
        row = {
            "noun": noun.value,
            "kept_id": kept_id,
            "gone_id": gone_id,
            "reasons": [reason.value for reason in reasons],
            "state": state.value,
            "filled": filled,
            "by": by,
            "at": now,
        }
        return _merge(self._connection.execute(insert(MERGES).returning(MERGES), [row]).one())

    def _note_changes(self, number: int, changes: Sequence[int]) -> None:
        """Note which entries of the kept profile's history a merge wrote: they go with whoever is erased of the two."""
        note_moves(self._connection, [Move(number, CHANGE, str(change)) for change in changes])

    def _fill(
        self, noun: ProfileNoun, kept_id: str, gone_id: str, *, by: str, now: datetime
    ) -> tuple[dict[str, Any], Sequence[int]]:
        """Give the kept profile the facts it lacks, and note that in its history.

        Returns
        -------
        tuple
            The facts as JSON, an account as the one it was before any merge, and the numbers of the history's new entries.
        """
        target = PROFILES[noun]
        query = select(target).where(target.c.id.in_((kept_id, gone_id)))
        rows = {row.id: row._mapping for row in self._connection.execute(query)}  # noqa: SLF001  # SQLAlchemy's public name
        if len(rows) < 2:  # noqa: PLR2004  # both profiles
            return {}, ()
        kept, gone = rows[kept_id], rows[gone_id]
        given = {name: gone[name] for name in FILLED[noun] if kept[name] is None and gone[name] is not None}
        if noun is ProfileNoun.CUSTOMER and kept["role"] == "unknown" != gone["role"]:
            given["role"] = gone["role"]
        changes = self._set(noun, kept_id, before=dict(kept), after=given, by=by, now=now)
        told = {name: _plain(value) for name, value in given.items()}
        if "account_id" in given:
            moved = membership_moves(self._connection, [gone_id]).get(gone_id, [])
            note_moves(self._connection, [Move(number, "customer", kept_id) for number, _ in moved])
            told |= {"account_id": _named_account(moved, gone["account_id"])}
        return told, changes

    def _set(
        self, noun: ProfileNoun, kept_id: str, *, before: Mapping[str, Any], after: Mapping[str, Any], by: str, now: datetime
    ) -> Sequence[int]:
        """Set facts of the kept profile; return the numbers of the history's new entries."""
        if not after:
            return ()
        target = PROFILES[noun]
        self._connection.execute(update(target).where(target.c.id == kept_id).values(**after))
        return (note_change(self._connection, noun, kept_id, before=before, after=after, by=by, now=now),)

    def _take_back(self, merge: Merge, *, by: str, now: datetime) -> Sequence[int]:
        """Take the facts away again that the kept profile got and that nobody has changed since; return what that noted."""
        target = PROFILES[merge.noun]
        filled = self._connection.execute(select(MERGES.c.filled).where(MERGES.c.number == merge.number)).scalar_one()
        kept = self._connection.execute(select(target).where(target.c.id == merge.kept_id)).one_or_none()
        if kept is None:
            return ()
        has = {name: _plain(kept._mapping[name]) for name in filled}  # noqa: SLF001  # as above
        if "account_id" in filled:
            moved = membership_moves(self._connection, [merge.kept_id]).get(merge.kept_id, [])
            has["account_id"] = _named_account(moved, has["account_id"])
        lacked = {"role": "unknown"}
        back = {name: lacked.get(name) for name, value in filled.items() if has[name] == value}
        if "account_id" in back:
            forget_memberships(self._connection, [merge.kept_id])
        return self._set(merge.noun, merge.kept_id, before=dict(kept._mapping), after=back, by=by, now=now)  # noqa: SLF001  # as above


def _named_account(moved: Sequence[tuple[int, str]], account_id: str | None) -> str | None:
    """Return the account a customer was said to belong to, before accounts were merged."""
    return moved[0][1] if moved else account_id


def _merge(row: Any) -> Merge:
    columns = {name: row._mapping[name] for name in Merge.model_fields if name not in ("reasons", "noun")}  # noqa: SLF001  # SQLAlchemy's public name
    return Merge(**columns, noun=ProfileNoun(row.noun), reasons=tuple(IdentityKind(reason) for reason in row.reasons))


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
