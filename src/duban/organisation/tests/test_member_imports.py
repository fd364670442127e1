"""A table of members: read row by row, checked as a whole, taken over as a whole, again and again."""

import io
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from duban.audit.models import AuditEvent
from duban.config.factories import build_tree
from duban.organisation import commands, jobs, queries
from duban.organisation.models import MemberImport, MemberRow, Membership, Person
from duban.organisation.tests.material import LATER, LONG_AGO, NOW, SYSTEM, TODAY, as_csv
from duban.organisation.tests.test_pages import signed_in

pytestmark = pytest.mark.django_db
HEADER = ("党员编号", "姓名", "所在支部", "人员类别", "参加方式", "转入支部日期")


@pytest.fixture
def small():
    return build_tree(counties=2, townships=2, villages=2, departments=2)


def checked(root, rows, *, header=HEADER, name="members.csv", content=None) -> MemberImport:
    found = commands.receive_members(
        actor=SYSTEM, root_id=root.pk, file_name=name, content=content or as_csv(rows, header=header), at=NOW
    )
    return commands.check_members(actor=SYSTEM, import_id=found.pk, at=NOW)


def taken_over(found: MemberImport, at=NOW) -> MemberImport:
    commands.confirm_members(actor=SYSTEM, import_id=found.pk, at=at)
    return commands.take_over_members(actor=SYSTEM, import_id=found.pk, at=at)


def main_branches() -> dict[str, str]:
    rows = Membership.objects.filter(kind="main", ends_on__isnull=True)
    return dict(rows.values_list("person__external_id", "unit__name"))


def rows_for(small, **changed):
    rows = [
        (f"M{number}", f"人{number}", branch.name, "农民", "到会参加", "2020-05-01")
        for number, branch in enumerate(small.branches[:4])
    ]
    return [changed.get(row[0], row) for row in rows]


def test_new_members_are_entered_and_counted(small):
    found = checked(small.city, rows_for(small))
    assert (found.status, found.outcome["created"]) == ("ready", 4)
    assert not Membership.objects.exists()

    done = taken_over(found)

    assert done.status == "done"
    assert main_branches() == {f"M{number}": branch.name for number, branch in enumerate(small.branches[:4])}
    small.branches[0].refresh_from_db()
    assert small.branches[0].member_count == 1
    assert (bytes(done.content), MemberRow.objects.count()) == (b"", 0)
    assert queries.check_owners(actor=SYSTEM, on=TODAY) == []


def test_the_same_table_again_changes_nothing(small):
    taken_over(checked(small.city, rows_for(small)))

    again = checked(small.city, rows_for(small))

    assert {key: again.outcome[key] for key in ("created", "moved", "changed", "unchanged")} == {
        "created": 0,
        "moved": 0,
        "changed": 0,
        "unchanged": 4,
    }
    taken_over(again)
    assert Membership.objects.count() == Person.objects.exclude(external_id="").count() == 4


def test_who_stands_in_another_branch_moves_there_and_words_are_corrected(small):
    taken_over(checked(small.city, rows_for(small)))
    moved = ("M0", "人0", small.branches[1].name, "", "", "2026-02-01")
    corrected = ("M1", "人一", small.branches[1].name, "离退休", "", "")

    found = checked(small.city, rows_for(small, M0=moved, M1=corrected))
    assert (found.outcome["moved"], found.outcome["changed"]) == (1, 1)
    taken_over(found)

    assert main_branches()["M0"] == small.branches[1].name
    assert Membership.objects.get(person__external_id="M0", ends_on__isnull=False).ends_on == date(2026, 2, 1)
    assert Membership.objects.get(person__external_id="M0", ends_on__isnull=True).category == "farmer"
    assert Person.objects.get(external_id="M1").name == "人一"
    assert queries.check_owners(actor=SYSTEM, on=TODAY) == []


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (("", "甲", "@", "", "", ""), "number of the member is missing"),
        (("M1", "甲", "@", "", "", ""), "more than once"),
        (("11010119900101123X", "甲", "@", "", "", ""), "identity card"),
        (("M9", "", "@", "", "", ""), "name is missing"),
        (("M9", "甲", "没有的支部", "", "", ""), "No unit of this name"),
        (("M9", "甲", "试验市", "", "", ""), "no members of its own"),
        (("M9", "甲", "@", "外星人", "", ""), "category"),
        (("M9", "甲", "@", "", "腾云驾雾", ""), "form of taking part"),
        (("M9", "甲", "@", "", "", "某日"), "no date"),
        (("M9", "甲", "@", "", "", "2090-01-01"), "no date"),
    ],
)
def test_what_is_wrong_with_a_row_is_said_and_nothing_is_taken_over(small, row, sentence):
    branch = small.branches[0].name
    rows = [("M1", "乙", branch, "", "", ""), tuple(branch if cell == "@" else cell for cell in row)]

    found = checked(small.city, rows)

    assert found.status == "with_errors"
    assert any(sentence in error["message"] for error in found.errors)
    assert not Membership.objects.exists()


def test_a_member_of_a_branch_outside_the_part_is_not_taken_away(small):
    taken_over(checked(small.city, rows_for(small)))
    outside = next(branch for branch in small.branches if branch.path.startswith(small.counties[1].path))

    found = checked(small.counties[1], [("M0", "人0", outside.name, "", "", "")])

    assert "outside your part" in found.errors[0]["message"]


def test_a_number_of_somebody_who_left_is_not_given_another_name(small):
    taken_over(checked(small.city, rows_for(small)))
    member = Membership.objects.select_related("person").order_by("pk")[0]
    commands.end_membership(actor=SYSTEM, membership_id=member.pk, on=TODAY, at=NOW)
    number, branch = member.person.external_id, small.branches[1].name

    found = checked(small.city, [(number, "另一人", branch, "", "", "")])

    assert "another name" in found.errors[0]["message"]
    assert not checked(small.city, [(number, member.person.name, branch, "", "", "")]).errors


def test_who_holds_a_post_in_the_branch_is_the_same_person(small):
    post = commands.appoint_by_name(
        actor=SYSTEM, unit_id=small.branches[0].pk, name="人0", kind="secretary", starts_on=LONG_AGO, at=NOW
    )

    taken_over(checked(small.city, rows_for(small)))

    assert Person.objects.get(external_id="M0").pk == post.person_id


def test_members_that_moved_since_the_check_are_not_overwritten(small):
    taken_over(checked(small.city, rows_for(small)))
    moved = ("M0", "人0", small.branches[1].name, "", "", "2026-02-01")
    found = checked(small.city, rows_for(small, M0=moved))
    member = Membership.objects.get(person__external_id="M0")
    commands.transfer_member(
        actor=SYSTEM, membership_id=member.pk, unit_id=small.branches[2].pk, on=date(2026, 2, 2), at=NOW
    )

    given_up = taken_over(found)

    assert given_up.status == "with_errors"
    assert main_branches()["M0"] == small.branches[2].name


def test_a_branch_that_ended_since_the_check_takes_nobody_in(small):
    found = checked(small.city, rows_for(small))
    commands.end_unit(actor=SYSTEM, unit_id=small.branches[0].pk, valid_until=TODAY, reason="撤销", at=NOW)

    assert taken_over(found).status == "with_errors"
    assert not Membership.objects.exists()


def test_the_jobs_run_twice_without_harm(small):
    found = commands.receive_members(
        actor=SYSTEM, root_id=small.city.pk, file_name="m.csv", content=as_csv(rows_for(small), header=HEADER), at=NOW
    )
    for _twice in range(2):
        jobs.check_members(import_id=found.pk, language="en")
    commands.confirm_members(actor=SYSTEM, import_id=found.pk, at=NOW)
    for _twice in range(2):
        jobs.take_over_members(import_id=found.pk, language="en")

    assert Membership.objects.count() == 4


def test_a_foreign_ledger_is_named_once(small):
    header = ("编码号", "人名", "组织", "身份")
    rows = [("M1", "甲", small.branches[0].name, "农民")]
    found = checked(small.city, rows, header=header)
    assert found.status == "to_name"

    mapping = {"external_id": "编码号", "name": "人名", "branch": "组织", "category": "身份"}
    commands.name_member_columns(actor=SYSTEM, import_id=found.pk, mapping=mapping, at=LATER)
    found = commands.check_members(actor=SYSTEM, import_id=found.pk, at=LATER)

    assert (found.status, found.mapping) == ("ready", mapping)
    assert checked(small.city, rows, header=header).status == "ready"


def test_gbk_and_xlsx_under_a_title_are_read(small):
    gbk = as_csv(rows_for(small), header=HEADER).decode("utf-8-sig").encode("gb18030")
    assert checked(small.city, [], content=gbk).status == "ready"
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["党员名册"])
    sheet.merge_cells("A1:F1")
    for row in [HEADER, *rows_for(small)]:
        sheet.append(list(row))
    sheet.append(["合计", "4"])
    out = io.BytesIO()
    book.save(out)

    found = checked(small.city, [], content=out.getvalue(), name="members.xlsx")

    assert (found.status, found.row_count) == ("ready", 4)


def test_of_a_long_table_only_the_wrong_rows_come_back(small):
    branch = small.branches[0].name
    rows = [(f"M{number}", f"人{number}", branch, "", "", "") for number in range(21_000)]
    rows[20_500] = ("M20500", "人", "没有的支部", "", "", "")
    found = checked(small.city, rows)

    marked = load_workbook(io.BytesIO(queries.marked_members(actor=SYSTEM, import_id=found.pk).content)).active

    assert marked is not None
    table = [row for row in marked.iter_rows(values_only=True) if row[0] == 20_502]
    assert len(table) == 1
    assert "没有的支部" in table[0]
    assert marked.max_row < 10
    client = signed_in(small.city)
    assert "Of so long a table only the wrong rows" in client.get(f"/units/members/import/{found.pk}/").content.decode()
    assert ".xlsx" in client.get(f"/units/members/import/{found.pk}/errors/")["Content-Disposition"]
    assert '"people":1' in AuditEvent.objects.get(verb="member.read").payload


def test_an_old_workbook_says_that_it_comes_back_as_xlsx(small):
    content = (Path(__file__).parent / "files" / "ledger.xls").read_bytes()
    found = checked(small.city, [], name="党员台账.xls", content=content)
    # The branch of the trial began after the first of them came.
    assert [(error["row"], error["column"]) for error in found.errors] == [(5, "转入支部日期"), (7, "所在支部")]

    client = signed_in(small.city)
    page = client.get(f"/units/members/import/{found.pk}/").content.decode()
    file = client.get(f"/units/members/import/{found.pk}/errors/")

    assert "come back as .xlsx" in page
    assert ".xlsx" in file["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(file.getvalue())).active
    assert any("没有这个支部" in row for row in sheet.iter_rows(values_only=True))
