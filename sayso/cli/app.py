"""The command tree. Command modules import what is heavy inside their functions: `sayso --help` stays quick."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sayso import __version__

from . import (
    agreement,
    build,
    codebook,
    config,
    doctor,
    evaluate,
    exchange,
    explain,
    label,
    publish,
    quotes,
    review,
    schema,
    show,
    speakers,
    train,
)

app = typer.Typer(
    name="sayso",
    help="Turn news articles into a dataset of who said what, and where they stand.",
    epilog="Start with: sayso show ARTICLE.txt, then: sayso build ARTICLES -o DIR",
    invoke_without_command=True,
    pretty_exceptions_enable=False,  # main() tells errors, in one sentence
    rich_markup_mode=None,  # plain help is quicker, and fits 80 columns
)


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"sayso {__version__}\n")
        raise typer.Exit


def _print_all_help(wanted: bool) -> None:
    if wanted:
        from .pages import all_help

        sys.stdout.write(all_help())
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version.")]
HelpAll = Annotated[
    bool, typer.Option("--help-all", is_eager=True, callback=_print_all_help, help="Print the help of every command.")
]


@app.callback()
def sayso(context: typer.Context, version: Version = False, help_all: HelpAll = False) -> None:
    """Turn news articles into a dataset of who said what, and where they stand."""
    if context.invoked_subcommand is None:
        sys.stdout.write(context.get_help() + "\n")


app.command()(build.build)
app.command()(quotes.quotes)
review.app.command()(agreement.verify)
app.add_typer(review.app, name="review")
app.command()(agreement.adjudicate)
app.command()(agreement.agreement)
app.command()(exchange.export)
app.command(name="import")(exchange.import_)
app.command()(publish.publish)
app.command()(show.show)
app.command()(explain.explain)
app.add_typer(speakers.app, name="speakers")
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(codebook.app, name="codebook")
app.command()(label.label)
app.add_typer(train.app, name="train")
app.command()(doctor.doctor)
app.add_typer(config.app, name="config")
app.command()(schema.schema)
