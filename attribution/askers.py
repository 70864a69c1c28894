"""Who asks when the text names nobody ("Asked about the strike, Ruiz said"): the interview's outlet, or reporters."""

from __future__ import annotations

import re

from .antecedents import SENTENCE_OPENING
from .mentions import ArticleNames, Entity

ASKED = re.compile(r"(?:asked|pressed|questioned)\b", re.IGNORECASE)
# "Asked whether", "When pressed on", "after being asked"; "Ruiz was asked" may be asked by anybody.
OPENS_CLAUSE = re.compile(r"\b(?:[Ww]hen(?:ever)?|[Aa]fter being|[Oo]n being|[Ii]f)(?: first| later| again)? \Z")
MAX_LEAD = 24
# Polls, debates and hearings have askers of their own.
OTHER_ASKERS = re.compile(
    r"\b(?:percent|per cent|polls?|surveys?|respondents|voters|debates?|town halls?|forum|moderators?|hearing|trial|"
    r"court|testimony|committee|deposition)\b|%|\?”|\?\"|\?''"
)
INTERVIEW = re.compile(r"\b(?:interview(?:s|ed)?|told|appearance|Show|Morning|Q&A)\b")
PRESS = re.compile(
    r"\b(?:times|post|news|journal|tribune|herald|gazette|magazine|guardian|press|radio|tv|television|network|cnn|msnbc|"
    r"nbc|abc|cbs|fox|npr|pbs|bbc)\b",
    re.IGNORECASE,
)
# Sentences before the question: those that may tell who asks, and those that may tell that somebody else does.
OUTLET_BACK, OTHER_BACK = 1, 3


def opens_question(text: str, start: int) -> bool:
    """Return whether the cue at `start` is a participle about somebody who is asked: "Asked why, Ruiz said"."""
    if ASKED.match(text, start) is None:
        return False
    lead = text[max(0, start - MAX_LEAD) : start]
    return not lead.strip() or SENTENCE_OPENING.search(lead) is not None or OPENS_CLAUSE.search(lead) is not None


def find_outlets(text: str, names: ArticleNames, start: int, end: int) -> list[Entity] | None:
    """Return the press bodies named around a question that stands in the sentence up to `end`.

    None where somebody else may have asked: a pollster, a moderator, a committee.
    """
    sentence = names.sentence_of(start)
    opens = names.sentence_start(max(0, sentence - OTHER_BACK))
    if OTHER_ASKERS.search(text, opens, end) is not None:
        return None
    near: list[Entity] = []
    far = False
    for mention in names.inside(opens, end):
        entity = mention.entity
        media = entity.entry is not None and entity.entry.kind == "media"
        if media or (entity.kind == "organization" and PRESS.search(entity.name)):
            far = far or sentence - mention.sentence > OUTLET_BACK
            if sentence - mention.sentence <= OUTLET_BACK and entity not in near:
                near.append(entity)
    return None if not near and (far or INTERVIEW.search(text, opens, end) is not None) else near
