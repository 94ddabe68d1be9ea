"""The weightless baselines: what the service can say without any training. Each stands behind the same port as the trained model."""

from models.cues import LexiconCues
from models.hashed_encoder import HashedJapaneseEncoder
from models.lexicon_sentiment import LexiconSentiment
from models.tagging import LexiconTagger

__all__ = ["HashedJapaneseEncoder", "LexiconCues", "LexiconSentiment", "LexiconTagger"]
