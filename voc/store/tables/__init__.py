"""All tables, one file a noun. Row classes never leave the store; the values of ``voc`` do.

Feedback ids are derived from the identity at the source, so the primary key is also what makes intake idempotent. Outputs of models
are keyed by (feedback, model version): a new model version adds rows, it overwrites none.
"""

from voc.store.tables.actions import ActionEditRow, ActionRow, AssignmentRow
from voc.store.tables.audits import AuditAnswerRow
from voc.store.tables.cases import CaseStepRow
from voc.store.tables.enrichments import EnrichmentRow, FeedbackTagRow, SearchEntryRow, SentenceRow
from voc.store.tables.erasures import ErasureRow, TombstoneRow
from voc.store.tables.feedback import AttemptRow, BandRow, FeedbackRow, IdempotencyRow
from voc.store.tables.figures import FigureEvidenceRow, FigureRow
from voc.store.tables.identities import IdentityRow, MergeMoveRow, ProfileChangeRow, ProfileMergeRow, RoleWeightsRow
from voc.store.tables.journal import ImportRow, KeyRow, RunRow
from voc.store.tables.people import AccountRow, CustomerRow, KpiObservationRow
from voc.store.tables.results import AlertRow, DriverRow
from voc.store.tables.tags import LearntTagsRow, TagCorrectionRow, TaxonomyRow
from voc.store.tables.topics import (
    TopicAssignmentRow,
    TopicEditRow,
    TopicGroupRow,
    TopicLookRow,
    TopicProposalRow,
    TopicRow,
    TopicRunRow,
)

__all__ = [
    "AccountRow",
    "ActionEditRow",
    "ActionRow",
    "AlertRow",
    "AssignmentRow",
    "AttemptRow",
    "AuditAnswerRow",
    "BandRow",
    "CaseStepRow",
    "CustomerRow",
    "DriverRow",
    "EnrichmentRow",
    "ErasureRow",
    "FeedbackRow",
    "FeedbackTagRow",
    "FigureEvidenceRow",
    "FigureRow",
    "IdempotencyRow",
    "IdentityRow",
    "ImportRow",
    "KeyRow",
    "KpiObservationRow",
    "LearntTagsRow",
    "MergeMoveRow",
    "ProfileChangeRow",
    "ProfileMergeRow",
    "RoleWeightsRow",
    "RunRow",
    "SearchEntryRow",
    "SentenceRow",
    "TagCorrectionRow",
    "TaxonomyRow",
    "TombstoneRow",
    "TopicAssignmentRow",
    "TopicEditRow",
    "TopicGroupRow",
    "TopicLookRow",
    "TopicProposalRow",
    "TopicRow",
    "TopicRunRow",
]
