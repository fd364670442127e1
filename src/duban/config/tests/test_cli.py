"""The command line as its users meet it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from duban.config import cli
from duban.config.demo import above, past
from duban.config.demo.speech import short_speech
from duban.config.factories import SOME_MOMENT, build_tree
from duban.directives import queries as directives
from duban.figures.models import FiguresDay
from duban.kernel.authority import Actor
from duban.organisation.models import Unit
from duban.portal import queries as portal
from duban.tasks.models import TaskFigures, TaskFiguresPast

DUBAN = str(Path(sys.executable).with_name("duban"))
# Neither database nor settings nor a home: what outline and due promise to need.
BARE = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}


def duban(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([DUBAN, *arguments], input=given, capture_output=True, env=BARE, timeout=60, check=False)


class TestOutline:
    def test_prints_only_json_from_standard_input(self):
        done = duban("outline", "-", "--json", given=short_speech().encode())
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert set(found) >= {
            "title",
            "salutation",
            "date",
            "noise",
            "announced_counts",
            "sections",
            "explicit_tasks",
            "warnings",
        }

    def test_reads_a_file_in_the_encoding_of_older_offices(self, tmp_path):
        file = tmp_path / "讲话.txt"
        file.write_bytes(short_speech().encode("gb18030"))
        done = duban("outline", str(file), "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["title"] in short_speech()

    @pytest.mark.parametrize("content", [b"", b"\x00\x01\x02" * 100, b"PK\x03\x04broken"])
    def test_says_in_one_sentence_what_it_cannot_read(self, content):
        done = duban("outline", "-", "--json", given=content)
        assert done.returncode == cli.UNREADABLE
        assert done.stdout == b""
        assert len(done.stderr.decode().strip().splitlines()) == 1

    def test_says_which_file_is_missing(self, tmp_path):
        done = duban("outline", str(tmp_path / "nothing.txt"))
        assert done.returncode == cli.UNREADABLE
        assert "nothing.txt" in done.stderr.decode()


class TestDue:
    def test_reads_a_deadline_from_the_date_of_its_paper(self):
        done = duban("due", "6月底前", "--on", "2026-03-02", "--json")
        assert json.loads(done.stdout) == {
            "kind": "date",
            "start": None,
            "end": "2026-06-30",
            "period": None,
            "raw": "6月底前",
        }

    def test_refuses_a_date_that_is_none(self):
        assert duban("due", "6月底前", "--on", "soon").returncode == cli.UNREADABLE


def run(*arguments: str, given: str = ""):
    return CliRunner().invoke(cli.program, list(arguments), input=given)


@pytest.mark.django_db
class TestKeeping:
    def test_check_proves_a_whole_tree_and_finds_a_broken_one(self):
        tree = build_tree()
        assert run("check").exit_code == 0
        Unit.objects.filter(pk=tree.villages[0].pk).update(path="9/9/9/")
        broken = run("check")
        assert broken.exit_code == cli.REFUSED
        assert broken.output.strip()

    def test_the_first_administrator_can_open_accounts_and_nothing_else(self):
        done = run(
            "create-administrator", "an-quan", "--name", "安全员", "--unit", "试验市", "--password", "ein-langes-wort-7"
        )
        assert done.exit_code == 0, done.output
        assert Unit.objects.get().name == "试验市"

    def test_an_easy_password_is_refused_in_a_sentence(self):
        done = run("create-administrator", "an-quan", "--name", "安全员", "--unit", "试验市", "--password", "12345678")
        assert done.exit_code != 0
        assert not Unit.objects.exists()

    def test_audit_verify_reads_the_whole_record(self):
        run(
            "create-administrator", "an-quan", "--name", "安全员", "--unit", "试验市", "--password", "ein-langes-wort-7"
        )
        assert run("audit", "verify").exit_code == 0


@pytest.mark.django_db
class TestDemo:
    def test_small_city_works_off_its_past_day_by_day(self):
        from duban.config.demo.filling import fill_demo  # noqa: PLC0415 - settings first

        assert fill_demo(
            actor=Actor.system("test"), at=SOME_MOMENT, size="small", only_if_empty=True, say=lambda _line: None
        )
        assert FiguresDay.objects.get().as_of == SOME_MOMENT.date()
        assert TaskFigures.objects.exclude(done=0).exists()
        assert TaskFiguresPast.objects.values("valid_from").distinct().count() > len(past.ROWS)
        self._third_meeting_and_papers_from_above()
        assert not fill_demo(
            actor=Actor.system("test"), at=SOME_MOMENT, size="small", only_if_empty=True, say=lambda _line: None
        )

    def _third_meeting_and_papers_from_above(self):
        system = Actor.system("test")
        lines = directives.meeting_rows(actor=system, given=directives.MeetingFilter())
        assert [(line.number, line.texts) for line in lines] == [(3, 1), (2, 0), (1, 0)]
        assert directives.meeting_page(actor=system, meeting_id=lines[0].meeting.pk).said_number is None
        papers = list(directives.visible_passings(actor=system))
        assert len(papers) == len(above.FROM_ABOVE)
        for paper in papers:
            forwarded = portal.only_forwarded(actor=system, passing_id=paper.pk)
            assert [row.unit.name for row in forwarded] == [above.FORWARDS_ONLY]


class TestServe:
    def test_production_without_a_database_or_key_is_refused(self, tmp_path):
        env = BARE | {"DUBAN_ENV": "production", "DUBAN_HOME": str(tmp_path)}
        done = subprocess.run([DUBAN, "serve"], capture_output=True, env=env, timeout=60, check=False)
        assert done.returncode == cli.REFUSED
        assert "secret key" in done.stderr.decode()
        assert len(done.stderr.decode().strip().splitlines()) == 1
