"""What the registry says of an article's people on its date: of which state they are the governor or a senator."""

from __future__ import annotations

from .capitals import US_STATES
from .mentions import ArticleNames
from .names import fold, strip_possessive
from .nominals import SourcePhrase
from .registry import Registry, RegistryEntry

# "Ohio senator": the state's name is part of the office's.
SEATS = ("senator", "governor")
# Offices of the country whose own words name the body that they lead.
NATIONAL = frozenset(
    {
        *("fbi director", "cia director", "house speaker"),
        *(f"{house} {side} leader" for house in ("house", "senate") for side in ("majority", "minority")),
    }
)
SEAT_STATES = {f"{state} {seat}": (state, seat) for state in US_STATES.values() for seat in SEATS}


def add_seats(names: ArticleNames, date: str | None) -> None:
    """Add to the people of an article the state's office that they hold on `date`, as if the article called them so.

    Nothing without a date: a senator of some year is no senator of every year.
    """
    if date is None:
        return
    for entity in names.entities:
        if entity.entry is None or entity.kind != "person" or not entity.mentions:
            continue
        for state, seat in seats_of(entity.entry, date):
            entity.roles.add(seat)
            entity.words.update((seat, *state.split()))


def seats_of(entry: RegistryEntry, date: str) -> list[tuple[str, str]]:
    """Return (state, office) of each state's office that a person holds on `date`, in lower case."""
    return [
        SEAT_STATES[held.role.lower()]
        for held in entry.roles
        if held.role.lower() in SEAT_STATES and held.of == "united-states" and held.held_on(date)
    ]


def seat_holder(phrase: SourcePhrase, registry: Registry, date: str) -> RegistryEntry | None:
    """Return whom "the Ohio governor", "the governor of Ohio" or "the FBI director" means on `date`, None when two fit.

    A state has two senators, so only the article can tell which of them is meant.
    """
    head = phrase.head
    if head is None or head.plural:
        return None
    states = states_of(phrase)
    if head.canonical in SEATS and len(states) == 1:
        return registry.holder(f"{min(states)} {head.canonical}", "united-states", date)
    words = {fold(strip_possessive(word)) for word in phrase.modifiers}
    if head.form in NATIONAL and not states and phrase.owner is None and words <= {"us", "u.s.", "republican"}:
        return registry.holder(head.form, "united-states", date)
    return None


def states_of(phrase: SourcePhrase) -> set[str]:
    """Return the US states that the words before a role noun or behind its "of" name."""
    words = [fold(strip_possessive(word)) for word in (*phrase.modifiers, *phrase.after[1:])]
    padded = f" {' '.join(words)} "
    found = {state for state in US_STATES.values() if f" {state} " in padded}
    return found - {"virginia"} if "west virginia" in found else found
