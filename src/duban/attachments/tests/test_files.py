"""Keeping files and reading them again."""

import io
import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

from duban.attachments.commands import plain_name, store_file
from duban.attachments.media_types import DOCX, OLD_OFFICE, PDF, PNG, TEXT, XLSX, ZIP, media_type_of
from duban.attachments.models import StoredFile
from duban.attachments.queries import place_of, read_file
from duban.audit.models import AuditEvent
from duban.kernel.authority import Actor
from duban.kernel.errors import InvalidInput, NotFound

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
SOMEBODY = Actor(user_id=7, name="林某", unit_id=None)
PICTURE = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> Path:
    settings.FILES = tmp_path / "files"
    return tmp_path / "files"


def office_file(folder: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{folder}/main.xml", "<main/>")
    return out.getvalue()


def test_a_file_comes_back_byte_for_byte_and_is_recorded() -> None:
    stored = store_file(actor=SOMEBODY, name="纪要.txt", content="会议纪要".encode(), at=AT)

    assert read_file(actor=SOMEBODY, stored_file=stored) == "会议纪要".encode()
    assert (stored.size, stored.media_type, stored.stored_by) == (12, TEXT, 7)
    assert AuditEvent.objects.get().verb == "file.store"


def test_equal_bytes_lie_on_disk_once(files: Path) -> None:
    for name in ("一.png", "二.png"):
        store_file(actor=SOMEBODY, name=name, content=PICTURE, at=AT)

    assert StoredFile.objects.count() == 2
    assert len([path for path in files.rglob("*") if path.is_file()]) == 1


def test_the_bytes_are_on_disk_before_there_is_a_row(files: Path) -> None:
    with transaction.atomic():
        stored = store_file(actor=SOMEBODY, name="图.png", content=PICTURE, at=AT)
        transaction.set_rollback(True)

    assert place_of(stored.sha256).read_bytes() == PICTURE
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"%PDF-1.7\n", PDF),
        (PICTURE, PNG),
        (office_file("word"), DOCX),
        (office_file("xl"), XLSX),
        (office_file("other"), ZIP),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLD_OFFICE),
        ("讲话".encode("gb18030"), TEXT),
        ("讲话".encode("utf-16"), TEXT),
    ],
)
def test_what_a_file_is_shows_in_its_first_bytes(content: bytes, expected: str) -> None:
    assert media_type_of(content) == expected


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("空.txt", b""),
        ("报告.pdf", b"MZ\x90\0"),
        ("报告.txt", b"\x7fELF\x02"),
        ("图.png", b"<svg onload='x'>"),
        ("图.txt", b"\xef\xbb\xbf<!DOCTYPE html>"),
        ("图.png", b"%PDF-1.7"),
        ("报告.pdf", PICTURE),
    ],
    ids=["empty", "program", "Linux program", "drawing with script", "web page", "PDF as picture", "picture as PDF"],
)
def test_what_may_do_harm_or_is_not_what_it_says_is_refused(name: str, content: bytes, files: Path) -> None:
    with pytest.raises(InvalidInput):
        store_file(actor=SOMEBODY, name=name, content=content, at=AT)

    assert not StoredFile.objects.exists()
    assert not files.exists()


def test_only_accepted_kinds_are_kept() -> None:
    with pytest.raises(InvalidInput):
        store_file(actor=SOMEBODY, name="图.png", content=PICTURE, at=AT, accepted={PDF})


def test_a_file_beyond_the_limit_is_refused(settings: Settings) -> None:
    settings.MAXIMUM_UPLOAD_BYTES = 1024 * 1024
    with pytest.raises(InvalidInput, match="1 MB"):
        store_file(actor=SOMEBODY, name="大.txt", content=b"a" * (1024 * 1024 + 1), at=AT)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\纪要.docx", "纪要.docx"),
        ("纪\n要\u202e.txt", "纪要.txt"),
        ("", "file"),
        ("长" * 300 + ".docx", "长" * 195 + ".docx"),
    ],
)
def test_a_name_keeps_only_its_last_part(name: str, kept: str) -> None:
    assert plain_name(name) == kept


def test_missing_and_damaged_bytes_are_told_apart_from_a_file() -> None:
    stored = store_file(actor=SOMEBODY, name="图.png", content=PICTURE, at=AT)
    place = place_of(stored.sha256)
    place.write_bytes(PICTURE + b"!")

    with pytest.raises(NotFound):
        read_file(actor=SOMEBODY, stored_file=stored)
    os.unlink(place)
    with pytest.raises(NotFound):
        read_file(actor=SOMEBODY, stored_file=stored)
