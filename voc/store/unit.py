"""Unit of work: one transaction, one attribute per noun."""

from sqlalchemy import Connection

from voc.store.actions import ActionStore
from voc.store.audits import AuditStore
from voc.store.cases import CaseStore
from voc.store.corrections import CorrectionStore
from voc.store.customers import CustomerStore
from voc.store.enrichments import EnrichmentStore
from voc.store.erasures import ErasureStore, Mark
from voc.store.feedback import FeedbackStore
from voc.store.figures import FigureStore
from voc.store.identities import IdentityStore
from voc.store.journal import JournalStore
from voc.store.keys import KeyStore
from voc.store.kpis import KpiStore
from voc.store.looks import LookStore
from voc.store.merges import MergeStore
from voc.store.pending import PendingStore
from voc.store.profiles import ProfileHistoryStore, RoleWeightsStore
from voc.store.quotes import QuoteStore
from voc.store.results import AlertStore, DriverStore
from voc.store.said import SaidStore
from voc.store.search import SearchStore
from voc.store.taxonomies import TaxonomyStore
from voc.store.topic_edits import ProposalStore, TopicEditStore
from voc.store.topic_groups import TopicGroupStore
from voc.store.topics import TopicStore
from voc.store.voices import VoiceStore


class Unit:
    """What can be read, and inside a writing unit changed, in one transaction."""

    def __init__(self, connection: Connection, *, mark: Mark) -> None:
        self.feedback = FeedbackStore(connection)
        self.pending = PendingStore(connection)
        self.enrichments = EnrichmentStore(connection)
        self.search = SearchStore(connection)
        self.taxonomies = TaxonomyStore(connection)
        self.corrections = CorrectionStore(connection)
        self.audits = AuditStore(connection)
        self.topics = TopicStore(connection)
        self.topic_groups = TopicGroupStore(connection)
        self.topic_edits = TopicEditStore(connection)
        self.looks = LookStore(connection)
        self.proposals = ProposalStore(connection)
        self.customers = CustomerStore(connection)
        self.identities = IdentityStore(connection)
        self.merges = MergeStore(connection)
        self.profile_history = ProfileHistoryStore(connection)
        self.role_weights = RoleWeightsStore(connection)
        self.kpis = KpiStore(connection)
        self.quotes = QuoteStore(connection)
        self.voices = VoiceStore(connection)
        self.drivers = DriverStore(connection)
        self.alerts = AlertStore(connection)
        self.said = SaidStore(connection)
        self.cases = CaseStore(connection)
        self.actions = ActionStore(connection)
        self.keys = KeyStore(connection)
        self.journal = JournalStore(connection)
        self.figures = FigureStore(connection)
        self.erasures = ErasureStore(connection, mark)
