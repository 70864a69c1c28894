"""The same quotation in several articles: which pairs are one, which only look alike, and what a whole set gives."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.attribution.clusters import QuoteClusters
from sayso.attribution.errors import LexiconError
from sayso.attribution.quote_words import Vocabulary, default_rewordings, read_rewordings, stem
from sayso.attribution.same_quotation import Speakers, is_same_quotation
from sayso.attribution.types import Article, Attribution, QuoteKind, Speaker, SpeakerType, TextSpan

PAIRS = [
    json.loads(line)
    for line in (Path(__file__).parent / "data" / "quote_pairs.jsonl").read_text(encoding="utf-8").splitlines()
]


def is_same(one: str, other: str, speakers: Speakers = "same") -> bool:
    vocabulary = Vocabulary()
    return is_same_quotation(vocabulary, vocabulary.read(one), vocabulary.read(other), speakers=speakers)


def person(name: str, kind: SpeakerType = "person") -> Speaker:
    return Speaker(name.lower().replace(" ", "-"), name, kind, "name", 0.9)


def quote(
    content: str, *, article: str, speaker: Speaker | None = None, kind: QuoteKind = "direct", start: int = 0
) -> Attribution:
    span = TextSpan(start, start + len(content))
    return Attribution(f"a_{article}_{start}", article, kind, content, (span,), None, (), None, (), 0.9, "test",
                       speaker=speaker)  # fmt: skip


def find(*quotes: Attribution, dates: dict[str, str] | None = None) -> dict[str, str]:
    """Return the cluster id of each attribution that has one."""
    clusters = QuoteClusters()
    for item in quotes:
        clusters.add(Article(id=item.article_id, text="", date=(dates or {}).get(item.article_id)), [item])
    return {name: cluster.id for name, cluster in clusters.find().items()}


def count(chosen: str) -> tuple[int, int, int]:
    """Return joined rightly, joined wrongly, and missed, over the hand-made pairs of one set."""
    right = wrong = missed = 0
    for pair in PAIRS:
        if pair["set"] == chosen:
            joined = is_same(pair["one"], pair["other"], pair["speaker"])
            right += joined and pair["same"]
            wrong += joined and not pair["same"]
            missed += pair["same"] and not joined
    return right, wrong, missed


# Thresholds were chosen on "dev"; "held-out" was written before the first run and never tuned on.
def test_hand_made_pairs_are_joined_or_kept_apart_as_measured() -> None:
    assert len(PAIRS) == 88
    assert count("dev") == (23, 1, 1)
    assert count("held-out") == (7, 0, 5)


@pytest.mark.parametrize("about", ["denial", "opposite", "number", "name", "certainty", "time", "person", "speaker"])
def test_a_changed_fact_is_never_joined(about: str) -> None:
    pairs = [pair for pair in PAIRS if pair["about"] == about]
    assert pairs
    assert [pair["one"] for pair in pairs if is_same(pair["one"], pair["other"], pair["speaker"])] == []


@given(st.sampled_from(PAIRS), st.sampled_from(PAIRS), st.sampled_from(["same", "open"]))
def test_the_answer_does_not_depend_on_which_comes_first(one: dict[str, str], other: dict[str, str], how: str) -> None:
    vocabulary = Vocabulary()
    left, right = vocabulary.read(one["one"]), vocabulary.read(other["other"])
    speakers: Speakers = "same" if how == "same" else "open"
    assert is_same_quotation(vocabulary, left, right, speakers=speakers) == is_same_quotation(
        vocabulary, right, left, speakers=speakers
    )


@given(st.text(max_size=200))
def test_any_text_can_be_read_and_is_compared_with_itself(text: str) -> None:
    vocabulary = Vocabulary()
    words = vocabulary.read(text)
    assert all(0 <= word < len(vocabulary.texts) for word in words)
    assert not is_same_quotation(vocabulary, words, words, speakers="different")
    assert words == vocabulary.read(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("175,000", "175 thousand"),
        ("two hundred thousand", "200,000"),
        ("twenty-five", "25"),
        ("3.5 million", "3,500,000"),
        ("Kyiv", "Kiev"),
        ("from Selenskyj", "from Zelenskyy"),
        ("the United States", "the US"),
        ("the U.S.", "the US"),
        ("organised", "organized"),
        ("we won't", "we will not"),
        ("taken", "takes"),
    ],
)
def test_words_are_brought_to_one_form(one: str, other: str) -> None:
    vocabulary = Vocabulary()
    first, second = ([vocabulary.bases[word] for word in vocabulary.read(text)] for text in (one, other))
    assert first == second


@pytest.mark.parametrize("number", ["1" * 400, "9.30.15", "1,2,3", "2.", "0.5", "zero", "one million billion trillion"])
def test_odd_numbers_are_read_without_a_crash(number: str) -> None:
    assert Vocabulary().read(f"about {number} people")


def test_stems_drop_inflection_and_spelling() -> None:
    assert {stem(word) for word in ("imposes", "imposed", "imposing", "impose")} == {"impos"}
    assert stem("planned") == stem("plans") == "plan"
    assert stem("neighbour") == stem("neighbor")
    assert stem("children") == "child"
    assert stem("us") == "us"


def test_rewordings_ship_and_a_wrong_file_is_told(tmp_path: Path) -> None:
    rewordings = default_rewordings()
    assert rewordings.same["harsh"] == rewordings.same["sever"]
    assert rewordings.opposite["fall"]
    path = tmp_path / "rewordings.jsonl"
    path.write_text('{"id": "x", "relation": "opposite", "words": ["up"]}\n', encoding="utf-8")
    with pytest.raises(LexiconError, match=r"rewordings\.jsonl:1: .*'against'"):
        read_rewordings(path)


def test_a_quotation_in_two_articles_has_one_id_made_of_the_oldest() -> None:
    ana = person("Ana Ruiz")
    old = quote("Rents are the social question of our time.", article="b", speaker=ana)
    new = quote("Rents are the social question of our times!", article="a", speaker=ana)
    other = quote("The harbour will reopen before the winter.", article="c", speaker=ana)
    dated = find(new, old, other, dates={"a": "2024-05-02", "b": "2024-05-01"})
    assert set(dated) == {old.id, new.id}
    assert len(set(dated.values())) == 1
    assert dated == find(other, old, new, dates={"a": "2024-05-02", "b": "2024-05-01"})
    later = find(old, new, dates={"a": "2024-05-01", "b": "2024-05-02"})
    assert later[old.id] != dated[old.id]  # the other one is the first now
    undated = find(old, new, dates={"b": "2024-05-01"})
    assert undated == dated


def test_repetitions_inside_one_article_alone_are_no_cluster() -> None:
    text = "Rents are the social question of our time."
    assert find(quote(text, article="a"), quote(text, article="a", start=90)) == {}
    parts = [Article(id=f"a#{n}", text="", part_of="a", part_offset=n * 1000) for n in range(2)]
    clusters = QuoteClusters()
    for part in parts:
        clusters.add(part, [quote(text, article=part.id, speaker=person("Ana Ruiz"))])
    assert clusters.find() == {}


@pytest.mark.parametrize(
    ("one", "other", "joined"),
    [
        (person("Ana Ruiz"), person("Ana Ruiz"), True),
        (person("Ana Ruiz"), None, True),
        (person("Ana Ruiz"), person("Ruiz"), True),
        (person("Ana Ruiz"), person("Tom Lee"), False),
        (person("Ana Ruiz"), person("Alder City Council", "organization"), True),
        (person("Alder City Council", "organization"), person("Dornhaven City Council", "organization"), False),
        (person("city official", "unnamed"), person("senior official", "unnamed"), True),
    ],
)
def test_different_speakers_never_share_a_quotation(one: Speaker | None, other: Speaker | None, joined: bool) -> None:
    text = "The people of this city will decide on the stadium, and nobody else will."
    found = find(quote(text, article="a", speaker=one), quote(text, article="b", speaker=other))
    assert bool(found) is joined


def test_two_who_are_only_called_ruiz_may_be_two() -> None:
    texts = ("I don't accept anyone's red lines.", "I don't take red lines from anyone.")
    for name, joined in (("Ana Ruiz", True), ("Ruiz", False), ("Joe Biden", True)):
        found = find(*(quote(text, article=text[8], speaker=person(name)) for text in texts))
        assert bool(found) is joined, name


def test_reported_speech_is_joined_only_as_a_reprint() -> None:
    text = "the council would sell the waterworks to nobody, whatever the price"
    reported = [quote(text, article=name, kind="indirect") for name in "ab"]
    assert len(set(find(*reported).values())) == 1
    changed = quote(text + " might be", article="c", kind="indirect")
    assert changed.id not in find(*reported, changed)
    direct = quote(text, article="d")
    assert direct.id not in find(*reported, direct)
    short = [quote("rents would rise", article=name, kind="indirect") for name in "ab"]
    assert find(*short) == {}


def test_no_chain_leads_from_one_number_to_another() -> None:
    ana = person("Ana Ruiz")
    full = "We will build 200 flats in the harbour district and a school beside the old town hall."
    cut = "a school beside the old town hall"
    changed = full.replace("200", "300")
    found = find(
        quote(full, article="a", speaker=ana),
        quote(cut, article="b", speaker=ana),
        quote(changed, article="c", speaker=ana),
    )
    assert found["a_a_0"] == found["a_b_0"]
    assert "a_c_0" not in found or found["a_c_0"] != found["a_a_0"]


def test_the_seeds_hold_two_pairs(seed_texts: dict[str, str]) -> None:
    import sayso

    clusters = QuoteClusters()
    contents = {}
    for name, text in seed_texts.items():
        article = Article(id=name, text=text)
        found = sayso.attribute(article)
        contents |= {item.id: item.content for item in found}
        clusters.add(article, found)
    groups: dict[str, set[str]] = {}
    for item, cluster in clusters.find().items():
        groups.setdefault(cluster.id, set()).add(contents[item])
    assert len(groups) == 2
    assert {"“I don’t accept anyone’s red lines,”", "“I don’t take red lines from anyone,”"} in groups.values()
    [others] = [group for group in groups.values() if not any("red lines" in content for content in group)]
    assert len(others) == 2
    assert all(content.startswith("“We have coordinated with our allies to impose") for content in others)


def test_the_order_of_articles_changes_nothing() -> None:
    draw = random.Random(7)
    items = [
        quote(pair[side], article=f"n{number}{side}", speaker=person(f"Speaker {number % 5}"))
        for number, pair in enumerate(PAIRS)
        for side in ("one", "other")
    ]
    expected = find(*items)
    assert len(expected) >= 20
    for _ in range(3):
        draw.shuffle(items)
        assert find(*items) == expected


@pytest.mark.parametrize("speakers", [1, 400])
def test_time_grows_with_the_number_of_quotations_whoever_says_them(speakers: int) -> None:
    words = [f"{a}{b}{c}" for a in "bdfgkl" for b in ("ana", "oro", "ile", "ude", "emi") for c in ("n", "r", "t", "s")]
    taken = []
    for size in (1_000, 4_000):
        draw = random.Random(1)
        items = [
            quote(" ".join(draw.choices(words, k=12)), article=f"n{n}", speaker=person(f"Speaker {n % speakers}"))
            for n in range(size)
        ]
        begin = time.process_time()
        find(*items)
        taken.append(time.process_time() - begin)
    assert taken[1] < 12 * taken[0] + 0.5


@pytest.mark.slow
def test_a_hundred_thousand_quotations_take_less_than_thirty_seconds_of_cpu(repository: Path) -> None:
    command = [sys.executable, str(repository / "benchmarks" / "clusters.py")]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    found = re.search(r"100,000 quotations: ([0-9.]+) CPU-seconds", done.stdout)
    assert found is not None
    assert float(found[1]) < 30


def test_nothing_and_one_quotation_are_no_cluster() -> None:
    assert find() == {}
    assert find(quote("Rents will rise in the old town.", article="a")) == {}
    assert find(quote("“…”", article="a"), quote("!", article="b")) == {}
