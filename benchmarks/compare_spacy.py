"""Measure the whole extraction beside a small English spaCy pipeline: words per CPU-second, in the same run.

    python benchmarks/compare_spacy.py [--words 20000] [--rounds 5] [--articles seeds/articles] [--model attribution-en]

One thread each. The spaCy pipeline is as large as `en_core_web_sm` (encoder of width 96 and depth 4, tagger, parser,
ner), its weights random but for a few updates on five sentences: it answers nonsense, as fast as a trained one of its
build. The real `en_core_web_sm` does more: its ner has an encoder of its own, and it adds lemmas. spaCy gets the texts;
Sayso reads them from a file and goes through to attributions with speakers. Systems take turns, each time in a fresh
process, and medians are reported, because machines are shared. POSIX only (`resource`).
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.language import Language

REPOSITORY = Path(__file__).resolve().parent.parent
SYSTEMS = ("spacy", "rules", "model")
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"), "1")
FIRST_TEXT = "Rents will rise, Ana Ruiz said on Monday."

# As many labels as in en_core_web_sm: the width of the last layers, and the work of each transition, hang on them.
TAGS = """
$ '' , -LRB- -RRB- . : ADD AFX CC CD DT EX FW HYPH IN JJ JJR JJS LS MD NFP NN NNP NNPS NNS PDT POS PRP PRP$ RB RBR RBS
RP SYM TO UH VB VBD VBG VBN VBP VBZ WDT WP WP$ WRB XX _SP ``
""".split()
DEPENDENCIES = """
ROOT acl acomp advcl advmod agent amod appos attr aux auxpass case cc ccomp compound conj csubj csubjpass dative dep det
dobj expl intj mark meta neg nmod npadvmod nsubj nsubjpass nummod oprd parataxis pcomp pobj poss preconj predet prep prt
punct quantmod relcl xcomp
""".split()
ENTITIES = """
CARDINAL DATE EVENT FAC GPE LANGUAGE LAW LOC MONEY NORP ORDINAL ORG PERCENT PERSON PRODUCT QUANTITY TIME WORK_OF_ART
""".split()
# Word, tag, its head's place, dependency, entity. Invented.
SENTENCES = (
    """Ana NNP 1 compound B-PERSON; Ruiz NNP 2 nsubj L-PERSON; said VBD 2 ROOT O; rents NNS 5 nsubj O; will MD 5 aux O;
    rise VB 2 ccomp O; in IN 5 prep O; May NNP 6 pobj U-DATE; . . 2 punct O""",
    """The DT 1 det O; council NN 4 nsubj O; of IN 1 prep O; Alder NNP 2 pobj U-GPE; met VBD 4 ROOT O; on IN 4 prep O;
    Monday NNP 5 pobj U-DATE; . . 4 punct O""",
    """“ `` 9 punct O; We PRP 2 nsubj O; waited VBD 9 ccomp O; too RB 4 advmod O; long RB 2 advmod O; , , 9 punct O;
    ” '' 9 punct O; the DT 8 det O; mayor NN 9 nsubj O; told VBD 9 ROOT O; the DT 11 det O; hall NN 9 dobj O;
    . . 9 punct O""",
    """Tom NNP 1 compound B-PERSON; Lee NNP 6 nsubj L-PERSON; of IN 1 prep O; a DT 4 det O; league NN 2 pobj O;
    has VBZ 6 aux O; answered VBN 6 ROOT O; that IN 9 mark O; nobody NN 9 nsubj O; builds VBZ 6 ccomp O; in IN 9 prep O;
    the DT 12 det O; city NN 10 pobj O; . . 6 punct O""",
    """The DT 1 det O; cap NN 8 nsubj O; , , 1 punct O; which WDT 4 nsubj O; starts VBZ 1 relcl O; soon RB 4 advmod O;
    , , 1 punct O; could MD 8 aux O; cost VB 8 ROOT O; 3 CD 10 compound B-MONEY; million CD 11 nummod I-MONEY;
    dollars NNS 8 dobj L-MONEY; . . 8 punct O""",
)
# Without any training the last layers are zero: every word would be an entity and a sentence.
UPDATES = 40


@dataclass(frozen=True, slots=True)
class Run:
    """What one process measured: of the texts, CPU-seconds; seconds until its first answer; peak resident megabytes."""

    cpu: float
    ready: float
    ready_cpu: float
    peak_mb: float


# ------------------------------------------------------------------------------------------- what runs in each process


def make_pipeline(seed: int = 0) -> Language:
    """Return an English pipeline of the size of `en_core_web_sm`, its weights random but for a few updates."""
    import spacy
    from spacy.tokens import Doc
    from spacy.training import Example
    from thinc.util import fix_random_seed

    fix_random_seed(seed)
    nlp = spacy.blank("en")
    encoder = {
        "@architectures": "spacy.HashEmbedCNN.v2",
        "pretrained_vectors": None,
        "width": 96,
        "depth": 4,
        "embed_size": 5000,
        "window_size": 1,
        "maxout_pieces": 3,
        "subword_features": True,
    }
    nlp.add_pipe("tok2vec", config={"model": encoder})
    heard = {"@architectures": "spacy.Tok2VecListener.v1", "width": 96, "upstream": "tok2vec"}
    nlp.add_pipe("tagger", config={"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": heard}})
    for name, labels in (("parser", DEPENDENCIES), ("ner", ENTITIES)):
        transitions = {
            "@architectures": "spacy.TransitionBasedParser.v2",
            "state_type": name,
            "extra_state_tokens": False,
            "hidden_width": 64,
            "maxout_pieces": 2,
            "use_upper": True,
            "tok2vec": heard,
        }
        pipe: Any = nlp.add_pipe(name, config={"model": transitions})
        for label in labels:
            pipe.add_label(label)
    tagger: Any = nlp.get_pipe("tagger")
    for tag in TAGS:
        tagger.add_label(tag)
    marked = read_sentences()
    examples = [Example.from_dict(Doc(nlp.vocab, words=marked["words"]), marked)]
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(UPDATES):
        nlp.update(examples, sgd=optimizer)
    return nlp


def read_sentences() -> dict[str, list[Any]]:
    """Return the annotated sentences as one text, as spaCy's examples take it."""
    names = ("words", "tags", "heads", "deps", "entities")
    marked: dict[str, list[Any]] = {name: [] for name in names}
    for sentence in SENTENCES:
        begin = len(marked["words"])
        for row in sentence.split(";"):
            word, tag, head, dependency, entity = row.split()
            for name, value in zip(names, (word, tag, begin + int(head), dependency, entity), strict=True):
                marked[name].append(value)
    return marked


def run_spacy(corpus: Path, pipeline: Path) -> Run:
    """Return what spaCy alone takes over the texts of `corpus`."""
    import spacy

    clock = Clock()
    nlp = spacy.load(pipeline)
    nlp(FIRST_TEXT)
    clock.ready()
    texts = [json.loads(line)["text"] for line in corpus.read_text(encoding="utf-8").splitlines()]
    clock.start()
    for doc in nlp.pipe(texts):
        assert doc.has_annotation("DEP")
    return clock.stop()


def run_sayso(corpus: Path, model: str) -> Run:
    """Return what Sayso takes from the file `corpus` to attributions with speakers."""
    from sayso.attribution.articles import read_articles
    from sayso.attribution.extraction import Extractor
    from sayso.attribution.registry import Registry
    from sayso.attribution.types import Article, BadRecord

    if model != "rules":
        import onnxruntime  # noqa: F401
        import tokenizers  # noqa: F401

    def refuse(record: BadRecord) -> None:
        raise AssertionError(record)

    clock = Clock()
    extractor = Extractor(Registry.read([]), model=model)
    extractor(Article("first", FIRST_TEXT))
    clock.ready()
    clock.start()
    found = sum(len(attributions) for _, attributions in extractor.pipe(read_articles([corpus], on_bad=refuse)))
    assert found
    return clock.stop()


def run_step(step: str, corpus: Path, pipeline: Path, model: str) -> None:
    """Make the pipeline, or print what one system takes."""
    if step == "make":
        make_pipeline().to_disk(pipeline)
    elif step == "spacy":
        print(json.dumps(asdict(run_spacy(corpus, pipeline))))
    else:
        print(json.dumps(asdict(run_sayso(corpus, model if step == "model" else "rules"))))


class Clock:
    """Times a process from behind its imports on."""

    def __init__(self) -> None:
        self.begun = time.perf_counter(), time.process_time()
        self.until_ready = 0.0, 0.0
        self.cpu = 0.0

    def ready(self) -> None:
        """Note that the first answer is there."""
        self.until_ready = time.perf_counter() - self.begun[0], time.process_time() - self.begun[1]

    def start(self) -> None:
        """Begin with the texts."""
        self.cpu = time.process_time()

    def stop(self) -> Run:
        """Return what was measured."""
        cpu = time.process_time() - self.cpu
        # macOS counts bytes where Linux counts kibibytes.
        unit = 1 if sys.platform == "darwin" else 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
        return Run(cpu, *self.until_ready, peak)


# ------------------------------------------------------------------------------------------------------- the comparison


def write_corpus(texts: Sequence[str], path: Path, words: int) -> tuple[int, int]:
    """Write the texts over and over as JSON lines, until there are `words` words; return articles and words."""
    count = total = 0
    with path.open("w", encoding="utf-8", newline="\n") as out:
        for text in itertools.cycle(texts):
            # A line of its own in each copy, so that no text comes twice.
            copy = f"{text}\n\nCopy {count}."
            out.write(json.dumps({"id": f"copy-{count}", "text": copy}, ensure_ascii=False) + "\n")
            count, total = count + 1, total + len(copy.split())
            if total >= words:
                break
    return count, total


def read_texts(path: Path) -> list[str]:
    """Return the texts of a folder of .txt files or of a file of JSON lines with `text`."""
    if path.is_dir():
        return [file.read_text(encoding="utf-8") for file in sorted(path.glob("*.txt"))]
    return [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def run(step: str, corpus: Path, pipeline: Path, model: str) -> str:
    """Return what a fresh process prints for `step`: a system, whose run it prints, or "make".

    Linux counts what the parent held at the start towards a child's peak memory: so the pipeline is made in a process
    of its own, and this one stays small.
    """
    command = [sys.executable, __file__, "--run", step, str(corpus), str(pipeline), "--model", model]
    environment = {**os.environ, **ONE_THREAD, "TOKENIZERS_PARALLELISM": "false"}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8", env=environment)
    return done.stdout


def report(texts: Sequence[str], *, words: int, rounds: int, model: str) -> Iterator[str]:
    """Yield the lines of the report."""
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs"
    packages = ", ".join(f"{name} {version(name)}" for name in ("spacy", "onnxruntime"))
    yield f"Python {platform.python_version()}, {machine}, {packages}"
    with tempfile.TemporaryDirectory() as folder:
        corpus, pipeline = Path(folder) / "articles.jsonl", Path(folder) / "pipeline"
        count, total = write_corpus(texts, corpus, words)
        run("make", corpus, pipeline, model)
        yield f"{count} articles, {total:,} words, {rounds} rounds in turns, one thread; medians (lowest-highest)"
        runs: dict[str, list[Run]] = {system: [] for system in SYSTEMS}
        for _ in range(rounds):
            for system in SYSTEMS:
                runs[system].append(Run(**json.loads(run(system, corpus, pipeline, model))))
    titles = {
        "spacy": "spaCy alone (sm size, random weights)",
        "rules": "Sayso, read to attributions, rules and speakers",
        "model": f"Sayso, the same with --model {model}",
    }
    for system, title in titles.items():
        yield f"{title}: {describe(runs[system], runs['spacy'], total)}"


def describe(runs: Sequence[Run], beside: Sequence[Run], words: int) -> str:
    """Return the figures of one system; its ratio is taken within each round."""
    speeds = [words / one.cpu for one in runs]
    ratios = [other.cpu / one.cpu for one, other in zip(runs, beside, strict=True)]
    ready, ready_cpu, peak = (
        statistics.median(getattr(one, name) for one in runs) for name in ("ready", "ready_cpu", "peak_mb")
    )
    return (
        f"{statistics.median(speeds):,.0f} words per CPU-second ({min(speeds):,.0f}-{max(speeds):,.0f}), "
        f"{statistics.median(ratios):.2f} x spaCy ({min(ratios):.2f}-{max(ratios):.2f}), "
        f"first answer {ready:.2f} s after imports ({ready_cpu:.2f} CPU-seconds), peak {peak:.0f} MB"
    )


def main() -> None:
    """Run one system, or compare them all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--words", type=int, default=20_000, help="words that each process reads (default: 20,000)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--articles", type=Path, default=REPOSITORY / "seeds" / "articles", help="folder or JSON lines")
    parser.add_argument("--model", default="attribution-en")
    parser.add_argument("--run", nargs=3, metavar=("SYSTEM", "CORPUS", "PIPELINE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        run_step(options.run[0], Path(options.run[1]), Path(options.run[2]), options.model)
        return
    texts = read_texts(options.articles)
    if not texts:
        sys.exit(f"no article in {options.articles}")
    for line in report(texts, words=options.words, rounds=options.rounds, model=options.model):
        print(line, flush=True)


if __name__ == "__main__":
    main()
