"""Words that tell a stance, for every topic alike: what a topic's own words mean is in its codebook.

Base forms; `inflect` makes the regular forms, irregular ones stand beside them.
"""

from __future__ import annotations

from .terms import inflect


def _forms(words: str) -> frozenset[str]:
    return frozenset(form for word in words.split() for form in inflect(word))


# Cues and verbs whose subject is for what follows: "welcomed the talks".
FOR_VERBS = _forms(
    "support back welcome praise defend promise offer propose request seek sought want demand urge hope thank "
    "announce reaffirm favour favor endorse applaud advocate recommend vow pledge need insist embrace prefer "
    "encourage wish desire celebrate justify uphold upheld protect guarantee respect recognise recognize suggest "
    "invite plan intend aim prepare consider threaten ready willing open committed determined convinced agree"
)
# ... and against it: "rejected the talks".
AGAINST_VERBS = _forms(
    "reject oppose condemn dismiss refuse warn fear accuse blame object criticise criticize denounce decry "
    "protest resist slam veto block forbid forbade forbidden ban prohibit exclude doubt lament regret deplore "
    "attack complain worry worried concerned alarmed hate distrust mock ridicule abhor disagree"
)
DENY_VERBS = _forms("deny denied refute disavow")
REPORT_VERBS = frozenset(
    ("said say says told tell stated state added add reported wrote explained noted confirmed ").split()
)
# What they govern is unwanted: "stop the expansion", "withdraw the troops".
ENDING = _forms(
    "stop end halt withdraw withdrawn withdrawal withdrew ban lift cancel suspend abandon pull remove prevent "
    "avoid drop scrap give reverse freeze renounce forgo deter punish curb limit reduce repeal unfreeze without "
    "against instead overthrow undo shelve"
)
# Those of them that are verbs with the target as object or subject.
ENDING_VERBS = ENDING - _forms("give against without instead reverse limit")
KEEPING = _forms(
    "continue keep kept go stay remain grow strengthen build begin start resume restart expand deepen increase "
    "send sent deliver impose introduce join hold held welcome use flow work accept"
)
NEGATIONS = frozenset(
    (
        "not no never nobody none nothing neither nor cannot can't won't don't doesn't didn't isn't aren't "
        "wasn't wouldn't shouldn't couldn't hardly without "
    ).split()
)
BAD = _forms(
    "mistake crime threat danger dangerous waste farce trap useless pointless illegal wrong reckless provocation "
    "madness folly disaster catastrophe catastrophic absurd nonsense unacceptable irresponsible harmful shameful "
    "cruel unjust worse worst hurt ruin harm lie blackmail theft outrage aggression attack aggressor violation "
    "hysteria fail failed failure empty dead illusion surrender colossal grave alarm alarming worry afraid fear "
    "menace bully unprovoked unjustified tragic bloodshed brutal burden cost expensive graves fire artificial "
    "puppet failed scare empties shame tolerate illegitimate destabilise destabilize destabilising escalation "
    "problem crisis knife cross criminal"
)
GOOD = _forms(
    "good useful right necessary warm constructive productive peace peaceful safe safer safety security stability "
    "success successful work works working helpful fair overdue wise wiser best better justified understandable "
    "legal lawful defensive protect protection progress hope hopeful welcome great important essential vital "
    "indispensable strong stronger deserve ready open prosper reassure trust solution prepared honest agree "
    "freedom support"
)
MUST = frozenset(("must should shall ought need needs have has let let's only ").split())
# Marks of a mere report: dates, numbers, plans of a meeting.
FACTUAL = frozenset(
    (
        "monday tuesday wednesday thursday friday saturday sunday january february march april june july "
        "august september october november december hours hour minutes tomorrow lasted began begun start "
        "started agenda dates scheduled planned discuss discussed announced arrived landed weighs classified "
        "chapter pages signed percent average third second fourth rounds topics since p.m a.m afternoon "
        "evening morning week "
    ).split()
)
UNCERTAIN = frozenset(
    ("whether uncertain unclear unknown undecided remains decided early comment disputed depends ").split()
)
IF_WORDS = frozenset(("if unless should were had ").split())
THREATS = frozenset(
    (
        "will would face pay respond answer ready prepared consequences react punish meet defend strike cost follow "
    ).split()
)
FIRST_PERSON = frozenset(("we i our us my ").split())
