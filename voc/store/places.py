"""Places: for every table, what an erasure does to it. A new table must be listed here; a test fails until it is.

Rows of the person go (``feedback``, ``customer``: the columns that hold an id of ours), other rows are rewritten where their texts or JSON
name the person, and the rest says why it holds nobody.
"""

from dataclasses import dataclass

from sqlalchemy import Table

from voc.store import tables
from voc.store.moves import CHANGE
from voc.store.rows import table


@dataclass(frozen=True)
class Place:
    """A table and what an erasure does to it."""

    table: Table
    feedback: str | None = None
    """Rows go whose column holds the id of a comment of the person."""
    observations: bool = False
    """Whether that column holds ids of KPI values as well."""
    customer: str | None = None
    """Rows go whose column holds the person's id."""
    of_merges: bool = False
    """Rows go that note what a merge of the person moved: a later merge may get the number of one that is gone."""
    by_merges: str | None = None
    """Rows go whose number is noted under this noun as written by a merge of the person: they name facts of both."""
    also: str | None = None
    """A second column with a person's id: rows that name the person there go as well."""
    rewritten: bool = False
    """Texts and JSON of all rows are rewritten: ids of the person's comments, and what only the person said, are taken out."""
    elsewhere: str = ""
    """Which method of the store does it, where neither rows go nor texts are rewritten."""
    holds_nobody: str = ""
    """Why nothing needs to be done."""


PLACES: tuple[Place, ...] = (
    Place(table(tables.FeedbackRow), feedback="id", customer="customer_id"),
    Place(table(tables.BandRow), feedback="feedback_id"),
    Place(table(tables.AttemptRow), feedback="feedback_id"),
    Place(table(tables.IdempotencyRow), feedback="feedback_id"),
    Place(table(tables.EnrichmentRow), feedback="feedback_id"),
    Place(table(tables.SentenceRow), feedback="feedback_id"),
    Place(table(tables.FeedbackTagRow), feedback="feedback_id"),
    Place(table(tables.SearchEntryRow), feedback="feedback_id"),
    Place(table(tables.TagCorrectionRow), feedback="feedback_id"),
    Place(table(tables.AuditAnswerRow), feedback="feedback_id"),
    Place(table(tables.TopicAssignmentRow), feedback="feedback_id"),
    Place(table(tables.KpiObservationRow), feedback="feedback_id", customer="customer_id"),
    Place(table(tables.CustomerRow), customer="id"),
    Place(table(tables.IdentityRow), customer="profile_id"),
    Place(table(tables.ProfileChangeRow), customer="subject_id", by_merges=CHANGE),
    Place(table(tables.MergeMoveRow), feedback="row_id", customer="row_id", observations=True, of_merges=True),
    Place(table(tables.ProfileMergeRow), customer="gone_id", also="kept_id"),
    Place(table(tables.CaseStepRow), feedback="subject_id", customer="subject_id"),
    Place(table(tables.AssignmentRow), customer="subject_id"),
    Place(table(tables.ActionRow), rewritten=True),
    Place(table(tables.ActionEditRow), rewritten=True),
    Place(table(tables.TopicRow), rewritten=True),
    Place(table(tables.TopicGroupRow), rewritten=True),
    Place(table(tables.TopicProposalRow), rewritten=True),
    Place(table(tables.TopicEditRow), rewritten=True),
    Place(table(tables.DriverRow), rewritten=True),
    Place(table(tables.AlertRow), rewritten=True),
    Place(table(tables.TaxonomyRow), rewritten=True),
    Place(table(tables.LearntTagsRow), rewritten=True),
    Place(table(tables.FigureRow), elsewhere="FigureStore.forget"),
    Place(table(tables.FigureEvidenceRow), elsewhere="FigureStore.forget"),
    Place(table(tables.AccountRow), holds_nobody="facts about an organisation"),
    Place(table(tables.TopicRunRow), holds_nobody="settings and counts of a fit"),
    Place(table(tables.TopicLookRow), holds_nobody="counts of voices by topic"),
    Place(table(tables.ImportRow), holds_nobody="counts and the file's name; rejected rows lie in a file, which is rewritten"),
    Place(table(tables.RoleWeightsRow), holds_nobody="how much roles count"),
    Place(table(tables.RunRow), holds_nobody="counts of a run"),
    Place(table(tables.KeyRow), holds_nobody="a machine caller's key"),
    Place(table(tables.ErasureRow), holds_nobody="the receipt; the person is a keyed hash"),
    Place(table(tables.TombstoneRow), holds_nobody="keyed hashes"),
)
