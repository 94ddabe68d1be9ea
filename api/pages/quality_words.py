"""Words of the page *Quality*: what each task asks of the models, what its figure means, and what the data sets are."""

from dataclasses import dataclass

from api.pages.words import words
from voc.quality import MISSING_FILE, NOT_MEASURABLE, QualityTask


@dataclass(frozen=True)
class TaskText:
    """The name of a task, and one plain sentence on what its figure means."""

    name: str
    meaning: str


def task_texts(language: str) -> dict[QualityTask, TaskText]:
    """Return name and meaning of every task."""
    return _reading_texts(language) | _learning_texts(language)


def _reading_texts(language: str) -> dict[QualityTask, TaskText]:
    _ = words(language).one
    return {
        QualityTask.RETRIEVAL: TaskText(
            _("Same meaning across languages"),
            _("Share of Japanese texts whose nearest English text is their translation. It carries search and topics over both languages."),
        ),
        QualityTask.SIMILARITY: TaskText(
            _("Degrees of likeness"),
            _("Rank correlation of the models' similarity of two sentences with people's: 1 is the same order, 0 is chance."),
        ),
        QualityTask.SENTIMENT: TaskText(
            _("Sentiment"),
            _("How well negative, neutral and positive comments are told apart; each of them counts alike, rare ones too."),
        ),
        QualityTask.INTENT: TaskText(
            _("Intent"),
            _("How well complaints, requests, questions, praise, opinions and empty answers are told apart; each counts alike."),
        ),
        QualityTask.URGENCY: TaskText(
            _("Urgency"), _("How well comments that cannot wait are told from those that can; the three levels count alike.")
        ),
        QualityTask.CHURN: TaskText(
            _("Signs of leaving"),
            _("Chance that a comment of someone who speaks of leaving is ranked above another one: 1 is always, 0.5 is guessing."),
        ),
        QualityTask.ABUSE: TaskText(
            _("Abusive conduct"), _("Chance that a comment abusing staff is ranked above another one: 1 is always, 0.5 is guessing.")
        ),
    }


def _learning_texts(language: str) -> dict[QualityTask, TaskText]:
    _ = words(language).one
    return {
        QualityTask.FEW_SHOT: TaskText(
            _("Your own tags from few examples"),
            _("Share of questions to a bank that get the right one of 77 tags after seeing a few examples of each."),
        ),
        QualityTask.SCOPE: TaskText(
            _("Knowing when no tag fits"),
            _("Share of requests that get the right one of 150 tags, and how well those that fit none are found."),
        ),
        QualityTask.THEMES: TaskText(
            _("Themes of patient feedback"), _("How well nine themes of hospital comments are told apart; each counts alike.")
        ),
        QualityTask.REQUESTS: TaskText(
            _("Requests to hotels"), _("How many of the topics of a Japanese request are found, and how many of those found are right.")
        ),
        QualityTask.TAGS: TaskText(
            _("Tags of the shipped taxonomy"),
            _("How many of a comment's tags are found without any training of yours, and how many of those found are right."),
        ),
    }


def data_set_names(language: str) -> dict[str, str]:
    """Return what each data set is."""
    _ = words(language).one
    return {
        "parallel_tatoeba_enja": _("Everyday sentences (Tatoeba)"),
        "parallel_bsd_enja": _("Business conversations (BSD)"),
        "parallel_ami_enja": _("Design meetings (AMI)"),
        "own_corpus": _("Own customer comments"),
        "jsts_ja": _("Picture captions (JSTS)"),
        "jsick_sts_enja": _("Simple sentences (JSICK)"),
        "airline_tweets_en": _("Posts to airlines"),
        "tweet_sentiment_en": _("Posts on anything"),
        "nhs_patient_feedback_en": _("Patient feedback (NHS)"),
        "nhs_feedback_categories_en": _("Patient feedback (NHS)"),
        "jrte_hotel_sentiment_ja": _("Hotel reviews (JRTE)"),
        "banking77_en": _("Questions to a bank (Banking77)"),
        "clinc150_en": _("Requests to an assistant (CLINC150)"),
        "hotel_requests_ja": _("Requests to hotels (ASDC)"),
    }


def variant_names(language: str) -> dict[str, str]:
    """Return what tells scores of one task on one data set apart."""
    _ = words(language).one
    return {
        "": "",
        "10_per_class": _("10 examples a tag"),
        "all": _("all examples"),
        "in_scope": _("a tag fits: right tag"),
        "out_of_scope": _("no tag fits: found"),
    }


def split_names(language: str) -> dict[str, str]:
    """Return what the rows were used for before."""
    _ = words(language).one
    return {"dev": _("rows choices were made by"), "test": _("rows never looked at")}


def metric_names(language: str) -> dict[str, str]:
    """Return the names of the measures."""
    _ = words(language).one
    return {
        "accuracy": _("share right"),
        "accuracy_at_1": _("nearest is right"),
        "macro_f1": _("macro-F1 measure"),
        "micro_f1": _("micro-F1 measure"),
        "f1": _("F1 measure"),
        "spearman": _("rank correlation"),
        "auroc": _("area under the ROC curve"),
    }


def reason_names(language: str) -> dict[str, str]:
    """Return why something was not measured."""
    _ = words(language).one
    return {MISSING_FILE: _("file missing"), NOT_MEASURABLE: _("too few rows of one kind")}


def case_names(language: str) -> dict[str, str]:
    """Return why a comment of the own corpus is hard."""
    _ = words(language).one
    return {
        "plain": _("nothing hard"),
        "understatement": _("understatement"),
        "polite_lead": _("polite lead-in"),
        "closing": _("formulaic closing"),
        "sarcasm": _("sarcasm"),
        "negation": _("negation"),
        "contrast": _("contrast"),
        "question_complaint": _("question that is a complaint"),
        "praise_in_complaint": _("praise in a complaint"),
        "complaint_in_praise": _("complaint in praise"),
        "mixed": _("two feelings"),
        "no_signal": _("nothing said"),
        "implicit_churn": _("leaving between the lines"),
        "abuse_legit": _("abuse with a real complaint"),
        "noise": _("typos and other spellings"),
        "jargon": _("words of the trade"),
        "fact": _("fact without feeling"),
    }


def speed_names(language: str) -> dict[str, str]:
    """Return the ways of reading whose cost was measured."""
    _ = words(language).one
    return {
        "plain_encoding": _("Only turning texts into vectors"),
        "one_pass": _("This service: all outputs, stored"),
        "usual_stack": _("The usual stack of four models"),
        "usual_stack_large": _("The usual stack with a large model for tags"),
    }
