"""Reading: how numbers, days and named values are written for one visitor: their language, the service's zone."""

from datetime import date, datetime

from api.pages.words import words
from pipelines.known_by_email import BY
from pipelines.report.figures import DASH, Figures

COMPACT_FROM = 100_000


class PageFigures(Figures):
    """The report's figures, and what only pages need."""

    def count(self, number: int) -> str:
        """Write a count, shortened from 100,000 on (12万, 120K)."""
        from babel.numbers import format_compact_decimal

        if number < COMPACT_FROM:
            return self.whole(number)
        return str(format_compact_decimal(number, locale=self.locale, fraction_digits=1))

    def date(self, day: date | None) -> str:
        """Write a calendar day; a dash where there is none."""
        from babel.dates import format_date

        if day is None:
            return DASH
        return f"{day:%Y/%m/%d}" if self.language == "ja" else str(format_date(day, format="d MMM yyyy", locale=self.locale))

    def time(self, moment: datetime | None) -> str:
        """Write day, time and the zone's short name."""
        if moment is None:
            return DASH
        local = moment.astimezone(self.zone)
        return f"{self.day(moment)} {local:%H:%M} {local:%Z}"

    def short_month(self, month: str) -> str:
        """Write a month ``YYYY-MM`` for an axis."""
        from babel.dates import format_date

        first = date(int(month[:4]), int(month[5:7]), 1)
        return f"{first:%Y/%m}" if self.language == "ja" else str(format_date(first, format="MMM yyyy", locale=self.locale))

    def money(self, amount: float | None) -> str:
        """Write an amount in the sender's currency, shortened (1234万)."""
        from babel.numbers import format_compact_decimal

        if amount is None:
            return DASH
        return str(format_compact_decimal(amount, locale=self.locale, fraction_digits=1))


def value_names(language: str) -> dict[str, str]:
    """Return the words for every named value that filters and marks show, by ``field.value``."""
    _ = words(language).one
    return {
        "sentiment.negative": _("Negative"),
        "sentiment.neutral": _("Neutral"),
        "sentiment.positive": _("Positive"),
        "sentiment.mixed": _("Mixed"),
        "intent.complaint": _("Complaint"),
        "intent.request": _("Request"),
        "intent.question": _("Question"),
        "intent.praise": _("Praise"),
        "intent.comment": _("Opinion"),
        "intent.no_signal": _("No signal"),
        "urgency.none": _("Not urgent"),
        "urgency.soon": _("Soon"),
        "urgency.now": _("Now"),
        "source.survey": _("Survey"),
        "source.ticket": _("Ticket"),
        "source.post": _("Post"),
        "source.review": _("Review"),
        "source.note": _("Front-line note"),
        "source.call": _("Call"),
        "language.ja": _("Japanese"),
        "language.en": _("English"),
        "language.mixed": _("Mixed ja/en"),
        "language.other": _("Other language"),
        "role.user": _("User"),
        "role.admin": _("Administrator"),
        "role.buyer": _("Buyer"),
        "role.decider": _("Decider"),
        "role.unknown": _("Role unknown"),
        "state.open": _("Open"),
        "state.acknowledged": _("Acknowledged"),
        "state.closed": _("Closed"),
        "band.promoter": _("Promoters (9–10)"),
        "band.passive": _("Passives (7–8)"),
        "band.detractor": _("Detractors (0–6)"),
        "kind.tag": _("Tag"),
        "kind.topic": _("Topic"),
        "kind.aspect": _("Aspect"),
    } | _topic_names(language) | _refusal_names(language) | _explained_names(language) | _people_names(language)


def _topic_names(language: str) -> dict[str, str]:
    _ = words(language).one
    return {
        "proposal.new": _("new"),
        "proposal.split": _("split"),
        "proposal.merge": _("merge"),
        "proposal.retire": _("retire"),
        "change.new": _("new topic"),
        "change.rename": _("renamed"),
        "change.merge": _("merged"),
        "change.split": _("split up"),
        "change.move": _("sentences moved"),
        "change.pin": _("pinned or let go"),
        "change.exclude": _("hidden or shown"),
        "change.retire": _("retired"),
        "change.regroup": _("put into another group"),
        "change.rename_group": _("group renamed"),
        "change.promote": _("made a tag"),
        "change.absorb": _("taken in by a tag"),
        "lineage.split_from": _("Split from"),
        "lineage.split_into": _("Split off:"),
        "lineage.took_in": _("Took in"),
        "lineage.merged_into": _("Merged into"),
        "lineage.tag": _("Became the tag"),
        "topic_state.active": _("Shown as an issue."),
        "topic_state.merged": _("Merged: its id leads to the topic that took it in."),
        "topic_state.tagged": _("A tag stands in its place; it is no issue any more."),
        "topic_state.excluded": _("Hidden: it takes in its sentences, but is no issue."),
        "topic_state.retired": _("Retired: it takes in no more sentences."),
    }


def _refusal_names(language: str) -> dict[str, str]:
    """Return why an edit of topics is refused, by the problem the error names."""
    _ = words(language).one
    return {
        "refused.already_so": _("It is so already; perhaps somebody else was quicker."),
        "refused.no_sentence": _("No sentence was chosen, or those chosen are not there any more."),
        "refused.not_some": _("A split takes some of a topic's sentences and leaves others."),
        "refused.not_another": _("Choose another topic."),
        "refused.came_from_it": _("The topic came from the other one: let that one take it in."),
        "refused.merged": _("The topic was merged into another one."),
        "refused.later_edits": _("Later edits touch the same topics: take those back first."),
        "refused.bad_name": _("A name has 1 to 120 characters."),
        "refused.bad_tag_name": _("Names of tags and taxonomies have 1 to 200 characters and no slash."),
        "refused.shipped_taxonomy": _("The shipped taxonomy takes no tags of your own; name another one."),
        "refused.tag_is_there": _("There is such a tag already; let it take the topic in instead."),
        "refused.no_such_tag": _("The taxonomy has no such tag; make the topic a tag instead."),
        "refused.too_many": _("There are as many as there may be."),
    }


def _explained_names(language: str) -> dict[str, str]:
    _ = words(language).one
    return {
        "by.tags": _("Tags"),
        "by.topics": _("Topics"),
        "by.both": _("Tags and topics"),
        "by.aspects": _("Aspects"),
        "verdict.isolated": _("isolated"),
        "verdict.systemic": _("systemic"),
        "verdict.cannot_tell": _("cannot tell"),
        "heard.survey": _("Surveys"),
        "heard.support": _("Support"),
        "heard.public": _("Public posts and reviews"),
        "drill.reason": _("Reason"),
        "drill.group": _("Group"),
        "drill.product": _("Product"),
        "drill.release": _("Release"),
    }


def _people_names(language: str) -> dict[str, str]:
    _ = words(language).one
    return {
        "journey_stage.awareness": _("Awareness"),
        "journey_stage.evaluation": _("Evaluation"),
        "journey_stage.purchase": _("Purchase"),
        "journey_stage.onboarding": _("Onboarding"),
        "journey_stage.use": _("Use"),
        "journey_stage.support": _("Support"),
        "journey_stage.renewal": _("Renewal"),
        "journey_stage.unknown": _("Stage unknown"),
        "stage_rule.given": _("named by the source"),
        "stage_rule.touchpoint": _("by the touchpoint"),
        "stage_rule.after_leaving": _("after leaving"),
        "stage_rule.before_start": _("before the start date"),
        "stage_rule.before_renewal": _("within 60 days before renewal"),
        "stage_rule.first_days": _("within 90 days of the start"),
        "stage_rule.ticket": _("a support ticket"),
        "stage_rule.after_start": _("later than 90 days after the start"),
        "stage_rule.nothing_known": _("no date is known"),
        "event.started": _("Became a customer"),
        "event.renewal": _("Renewal date"),
        "event.left": _("Left"),
        "event.role_changed": _("Role changed"),
        "event.plan_changed": _("Plan changed"),
        "event.merged": _("Another profile was merged into this one"),
        "event.alert": _("Part of an alert"),
        "reason.external_id": _("same id, written differently"),
        "reason.email": _("same e-mail address"),
        "reason.mapping": _("mapping table"),
        "reason.name": _("same name but for the legal form"),
        f"author.{BY}": _("same e-mail address, by itself"),
    }


def field_names(language: str) -> dict[str, str]:
    """Return the words for every condition of the filter."""
    _ = words(language).one
    return {
        "since": _("From"),
        "until": _("To"),
        "source": _("Source"),
        "source_name": _("Connection"),
        "language": _("Language"),
        "sentiment": _("Sentiment"),
        "intent": _("Intent"),
        "urgency": _("Urgency"),
        "tag": _("Tag"),
        "topic": _("Topic"),
        "customer": _("Customer"),
        "account": _("Account"),
        "segment": _("Segment"),
        "group": _("Segment"),
        "no_group": _("Segment unknown"),
        "role": _("Role"),
        "plan": _("Plan"),
        "journey_stage": _("Journey stage"),
        "product": _("Product"),
        "text": _("Words"),
        "duplicates": _("Repeats"),
        "analysed": _("Analysed"),
        "no_signal": _("Signal"),
        "kpi_of": _("With a value of"),
        "scored": _("Answered with it"),
        "band": _("NPS band"),
        "issue": _("Issue"),
        "about": _("Issue"),
        "alert": _("Evidence of alert"),
    }
