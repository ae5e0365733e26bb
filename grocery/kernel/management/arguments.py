"""Arguments and last words of the commands that take a file."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, OutputWrapper


def add_file(parser: ArgumentParser, *, profiles: str, profile: str | None = None) -> None:
    """The file, how it names its columns (`profile` unless told otherwise), dry run and where rejects go."""
    parser.add_argument("file", type=Path)
    parser.add_argument("--profile", default=profile, required=profile is None, help=profiles)
    parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
    parser.add_argument("--reject", type=Path, help="write rejected lines here; FILE.rejected.csv otherwise")


def add_columns(parser: ArgumentParser) -> None:
    """Names of columns that are in no profile; `dict` makes a mapping of what comes in."""
    about = "a column's other name"
    parser.add_argument("--column", action="append", type=_column, default=[], metavar="OURS=THEIRS", help=about)


def file_and_reject(options: Mapping[str, Any]) -> tuple[Path, Path]:
    """The file, which is there, and the one for what is rejected of it. Raises CommandError."""
    path: Path = options["file"]
    if not path.is_file():
        raise CommandError(f"There is no file {path}.")
    return path, options["reject"] or path.with_suffix(".rejected.csv")


def show_progress(stdout: OutputWrapper, said: str) -> None:
    """One line that is painted over on a terminal; nothing elsewhere."""
    if stdout.isatty():
        stdout.write(f"\r\x1b[K{said}", ending="")
        stdout.flush()


def say_rejected(stdout: OutputWrapper, reasons: Mapping[str, int], reject: Path) -> None:
    """What was rejected how often, the most frequent first, and where it is."""
    for reason, number in sorted(reasons.items(), key=lambda one: -one[1]):
        stdout.write(f"  {number:>8,}  {reason}")
    if reasons:
        stdout.write(f"Rejected lines and their reasons: {reject}")


def _column(text: str) -> tuple[str, str]:
    ours, equals, theirs = text.partition("=")
    if not (ours and equals and theirs):
        raise ArgumentTypeError(f"not OURS=THEIRS: {text}")
    return ours, theirs
