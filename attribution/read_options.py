"""How articles are to be read: one frozen record of options, with the usual names of fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from .encodings import check_encoding
from .errors import ConfigError

Role = Literal["text", "id", "title", "date", "publisher", "url"]
ROLES: tuple[Role, ...] = ("text", "id", "title", "date", "publisher", "url")

# Tried in this order, as written and then without regard to case, where no field is named by an option.
_USUAL: dict[Role, str] = {
    "text": "text content body article maintext main_text article_text article_body articlebody full_text fulltext"
    " story raw_text document",
    "id": "id article_id articleid _id doc_id docid document_id uid uuid guid",
    "title": "title headline heading head",
    "date": "date published date_published datepublished publish_date published_at publishedat publication_date"
    " pub_date pubdate date_publish datetime timestamp created_at",
    "publisher": "publisher outlet publication newspaper site_name sitename source source_name source_domain domain"
    " hostname",
    "url": "url link canonical_url web_url weburl source_url href",
}
USUAL_FIELDS: Mapping[Role, tuple[str, ...]] = MappingProxyType(
    {role: tuple(names.split()) for role, names in _USUAL.items()}
)

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """Options of `read_articles`. A field name of `None` means: try the usual names; a name may be a path, `a.b`.

    Raises ConfigError where a value makes no sense.
    """

    text_field: str | None = None
    id_field: str | None = None
    title_field: str | None = None
    date_field: str | None = None
    publisher_field: str | None = None
    url_field: str | None = None
    encoding: str | None = None
    """Encoding of all text inputs; `None` means UTF-8, a byte order mark's, or what detection is sure of."""
    language: str = "en"
    """ISO 639-1 code of the language articles should be in; others are quarantined."""
    any_language: bool = False
    strict: bool = False
    """Stop with InputError at the first bad record instead of reporting it."""
    max_bytes: int = 2048 * MEBIBYTE
    """Most bytes that one compressed file may unpack to."""
    max_ratio: int = 200
    """Most bytes that one byte of a compressed file may stand for, over the whole file (text packs 3 to 20 times)."""
    max_record_bytes: int = 64 * MEBIBYTE
    """Most bytes of one record or one text file."""
    max_text_chars: int = 1_000_000
    """Longer texts are split at paragraphs."""

    def __post_init__(self) -> None:
        for name in ("max_bytes", "max_ratio", "max_record_bytes", "max_text_chars"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} is {getattr(self, name)}; it must be 1 or more")
        for role in ROLES:
            if self.field_of(role) == "":
                raise ConfigError(f"{role}_field is empty; name a field or leave the option out")
        if self.encoding is not None:
            check_encoding(self.encoding)

    def field_of(self, role: Role) -> str | None:
        """Return the field named for `role` by option, or None where the usual names are to be tried."""
        name: str | None = getattr(self, f"{role}_field")
        return name


def find_field(record: Mapping[str, object], role: Role, options: ReadOptions) -> object:
    """Return the record's value for `role`, or None where it has none (missing, null or an empty string)."""
    named = options.field_of(role)
    if named is not None:
        return _follow(record, named)
    for name in USUAL_FIELDS[role]:
        value = record.get(name)
        if value is not None and value != "":
            return value
    folded = {key.casefold().replace("-", "_"): key for key in record}
    for name in USUAL_FIELDS[role]:
        if name in folded:
            value = record[folded[name]]
            if value is not None and value != "":
                return value
    return None


def choose_columns(names: list[str], role: Role, options: ReadOptions) -> list[str]:
    """Return those columns that may hold `role`; for tables, where reading the other columns can be saved."""
    named = options.field_of(role)
    if named is not None:
        return [name for name in names if name == named or named.startswith(name + ".")]
    return [name for name in names if name.casefold().replace("-", "_") in USUAL_FIELDS[role]]


def describe_missing_text(names: list[str], options: ReadOptions) -> tuple[str, str]:
    """Return reason and cure for a record or table whose text isn't where it is looked for."""
    shown = ", ".join(name[:40] for name in names[:12]) + (", …" if len(names) > 12 else "")
    if options.text_field is not None:
        reason = f"no text: field {options.text_field!r} is missing or empty; fields: {shown or 'none'}"
    else:
        reason = f"no text: none of the usual fields (text, content, body, …) has any; fields: {shown or 'none'}"
    return reason, "name the field that holds the text with --text-field"


def _follow(record: Mapping[str, object], path: str) -> object:
    if path in record:
        return record[path]
    value: object = record
    for step in path.split("."):
        if not isinstance(value, Mapping) or step not in value:
            return None
        value = value[step]
    return value
