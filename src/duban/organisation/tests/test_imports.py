import io

import pytest
from openpyxl import load_workbook

from duban.audit.models import AuditEvent
from duban.config.factories import actor_for, actor_with, build_tree, make_person_with_account
from duban.kernel.authority import Actor
from duban.kernel.errors import IllegalStep, InvalidInput, NotAllowed, NotFound
from duban.organisation import commands, jobs, queries
from duban.organisation.models import Line, Person, Post, Unit, UnitExternalId, UnitImport, UnitName
from duban.organisation.tests.material import CITY, HEADER, LATER, NOW, SYSTEM, TODAY, as_csv, as_xlsx, child, top

pytestmark = pytest.mark.django_db
WIDE = (*HEADER, "机构排序", "党员数", "主要负责同志", "分管负责同志", "联络员", "条线", "成立日期")


def receive(root: Unit, content: bytes, *, name: str = "units.csv", actor: Actor = SYSTEM, at=NOW) -> UnitImport:
    return commands.receive_import(actor=actor, root_id=root.pk, file_name=name, content=content, at=at)


def load(root: Unit, content: bytes, *, name: str = "units.csv", at=NOW) -> UnitImport:
    found = receive(root, content, name=name, at=at)
    assert found.status == "ready", found.errors
    return commands.take_over_import(actor=SYSTEM, import_id=found.pk, at=at)


def messages(found: UnitImport) -> list[tuple[int, str, str]]:
    return [(error["row"], error["column"], error["message"]) for error in found.errors]


def by_code(code: str) -> Unit:
    return UnitExternalId.objects.select_related("unit__parent").get(value=code).unit


class TestGoodTables:
    @pytest.mark.parametrize(
        "name, content",
        [
            ("units.csv", as_csv(CITY)),
            ("units.xlsx", as_xlsx(CITY)),
            ("units.xlsx", as_xlsx(CITY, grouped=True)),
        ],
        ids=["csv", "xlsx", "xlsx with two header rows"],
    )
    def test_units_are_created_with_their_tree(self, name, content):
        city = top()

        done = load(city, content, name=name)

        assert done.outcome["created"] == 4
        village = by_code("C1")
        assert village.parent is not None
        assert (village.parent.name, village.level, village.field, village.kind) == (
            "双桥镇",
            "village",
            "rural",
            "village",
        )
        assert [link.name for link in queries.ancestors(actor=SYSTEM, unit=village)] == [
            "试验市",
            "第一试验县",
            "双桥镇",
        ]
        assert queries.check_tree(actor=SYSTEM) == []
        assert AuditEvent.objects.filter(verb="unit_import.take_over", object_id=done.pk).count() == 1

    def test_checking_changes_nothing_but_says_what_would_change(self):
        city = top()

        found = receive(city, as_csv(CITY))

        assert found.outcome["created"] == 4
        assert Unit.objects.count() == 1

    def test_the_same_table_a_second_time_changes_nothing(self):
        city = top()
        rows = [
            (
                *row,
                place,
                12,
                f"甲{row[0]}",
                f"乙{row[0]}（信访）、丙{row[0]}",
                f"丁{row[0]}",
                "教育系统",
                "2019年5月1日",
            )
            for place, row in enumerate(CITY, start=1)
        ]
        content = as_csv(rows, header=WIDE)
        load(city, content)
        state = list(Unit.objects.order_by("id").values()), list(Post.objects.order_by("id").values())

        done = load(city, content, at=LATER)

        assert done.outcome["unchanged"] == 4
        assert (
            sum(done.outcome[key] for key in ("created", "moved", "renamed", "changed", "posts_begun", "posts_ended"))
            == 0
        )
        assert (list(Unit.objects.order_by("id").values()), list(Post.objects.order_by("id").values())) == state
        assert Line.objects.count() == 1
        assert Person.objects.count() == 16

    def test_posts_say_whose_table_brought_them(self):
        city = top()
        clerk = make_person_with_account(unit=city, role="office_clerk")
        table = as_csv([(*CITY[0], "甲某")], header=(*HEADER, "主要负责同志"))
        found = receive(city, table, actor=actor_for(account=clerk))
        commands.take_over_import(actor=SYSTEM, import_id=found.pk, at=NOW)

        assert Post.objects.get(person__name="甲某").entered_by == clerk.user.pk

    def test_units_are_found_again_by_their_code_and_renamed_moved_and_changed(self):
        city = top()
        load(city, as_csv(CITY))
        changed = [
            ("A1", "第一试验区", "", "县级", "机关", "本级"),
            ("B1", "双桥镇", "A2", "乡级", "农村", "乡镇"),
            ("C2", "后埠村", "B1", "村级", "农村", "村"),
        ]

        done = load(city, as_csv(changed), at=LATER)

        assert {key: done.outcome[key] for key in ("created", "moved", "renamed")} == {
            "created": 1,
            "moved": 1,
            "renamed": 1,
        }
        assert by_code("C1").path.startswith(by_code("A2").path)
        assert by_code("C2").parent == by_code("B1")
        assert list(
            UnitName.objects.filter(unit=by_code("A1")).order_by("valid_from").values_list("name", flat=True)
        ) == [
            "第一试验县",
            "第一试验区",
        ]
        assert queries.check_tree(actor=SYSTEM) == []
        assert set(
            AuditEvent.objects.filter(verb__in=["unit.move", "unit.rename"]).values_list("object_id", flat=True)
        ) == {
            by_code("A1").pk,
            by_code("B1").pk,
        }

    def test_a_blank_cell_leaves_what_is_known(self):
        city = top()
        load(city, as_csv(CITY))

        load(city, as_csv([("B1", "双桥镇", "A1", "", "", "")]), at=LATER)

        assert by_code("B1").kind == "township"

    def test_the_order_in_the_table_is_the_protocol_order(self):
        city = top()
        rows = [("X1", "市丙局", "", "市级", "机关", "部门", 3), ("X2", "市甲局", "", "市级", "机关", "部门", 1)]
        child(city, "市乙局")

        load(city, as_csv(rows, header=(*HEADER, "机构排序")))

        children = queries.children_of(actor=SYSTEM, unit_id=city.pk, on=TODAY)
        assert [row.unit.name for row in children] == ["市甲局", "市乙局", "市丙局"]
        assert queries.check_tree(actor=SYSTEM) == []

    def test_people_take_up_and_leave_posts(self):
        city = top()
        header = (*HEADER, "主要负责同志", "分管负责同志")
        first = [("A1", "市甲局", "", "市级", "机关", "部门", "甲某", "乙某（信访）、丙某")]
        second = [("A1", "市甲局", "", "市级", "机关", "部门", "乙某", "丙某（党建）")]
        load(city, as_csv(first, header=header))

        load(city, as_csv(second, header=header), at=LATER)

        office = by_code("A1")
        held = queries.posts_of_unit(actor=SYSTEM, unit_id=office.pk, on=LATER.date())
        assert [(post.kind, post.person.name, post.field_in_charge) for post in held] == [
            ("principal", "乙某", ""),
            ("deputy", "丙某", "党建"),
        ]
        # The deputy who became principal is the same person.
        assert Person.objects.filter(name="乙某").count() == 1
        former = queries.posts_of_unit(actor=SYSTEM, unit_id=office.pk, on=TODAY)
        assert {post.person.name for post in former} == {"甲某", "乙某", "丙某"}

    def test_a_table_may_begin_with_the_unit_at_which_it_is_imported(self):
        city = top()

        load(city, as_csv([("R", "试验市", "", "市级", "机关", "本级"), ("A1", "市甲局", "R", "市级", "机关", "部门")]))

        assert by_code("R") == city
        assert by_code("A1").parent == city


class TestBadTables:
    @pytest.mark.parametrize(
        "rows, row, column, sentence",
        [
            ([("A1", "市甲局", "", "省部级", "机关", "部门")], 2, "级别", "Nearest"),
            ([("A1", "市甲局", "无此单位", "市级", "机关", "部门")], 2, "上级单位", "neither in this table"),
            ([("A1", "市甲局", "", "", "机关", "部门")], 2, "级别", "new needs this"),
            (
                [("A1", "市甲局", "", "市级", "机关", "部门"), ("A1", "市乙局", "", "市级", "机关", "部门")],
                3,
                "编码",
                "Row 2 has this code",
            ),
            (
                [("A1", "市甲局", "", "市级", "机关", "部门"), ("A2", "市甲局", "", "市级", "机关", "部门")],
                3,
                "全称",
                "Row 2 has a unit of this name",
            ),
            ([("A1", "市旧局", "", "市级", "机关", "部门")], 2, "全称", "there already, without this code"),
            (
                [
                    ("A1", "甲办", "", "市级", "机关", "部门"),
                    ("A2", "重名", "A1", "市级", "机关", "部门"),
                    ("A3", "乙办", "", "市级", "机关", "部门"),
                    ("A4", "重名", "A3", "市级", "机关", "部门"),
                    ("A5", "丙办", "重名", "市级", "机关", "部门"),
                ],
                6,
                "上级单位",
                "2 units of this name",
            ),
        ],
    )
    def test_each_fault_is_told_at_its_cell(self, rows, row, column, sentence):
        city = top()
        child(city, "市旧局")

        found = receive(city, as_csv(rows))

        assert found.status == "with_errors"
        told = messages(found)
        assert (told[0][0], told[0][1]) == (row, column)
        assert sentence in told[0][2]

    def test_units_that_run_in_a_circle_are_named(self):
        city = top()
        rows = [
            ("A1", "甲办", "A3", "市级", "机关", "部门"),
            ("A2", "乙办", "A1", "市级", "机关", "部门"),
            ("A3", "丙办", "A2", "市级", "机关", "部门"),
        ]

        found = receive(city, as_csv(rows))

        assert [row for row, _column, _message in messages(found)] == [2, 3, 4]
        assert all("circle" in message for _row, _column, message in messages(found))

    def test_a_circle_through_a_unit_that_is_not_in_the_table_is_found_too(self):
        city = top()
        load(city, as_csv(CITY))

        found = receive(city, as_csv([("A1", "第一试验县", "C1", "县级", "机关", "本级")]))

        assert found.status == "with_errors"
        assert "circle" in messages(found)[0][2]

    def test_a_formula_is_told_and_not_calculated(self):
        city = top()

        found = receive(city, as_xlsx([("A1", '=CONCATENATE("市","甲局")', "", "市级", "机关", "部门")]), name="u.xlsx")

        assert found.status == "with_errors"
        assert "formula" in messages(found)[0][2]

    def test_of_another_table_the_columns_are_asked_for(self):
        city = top()

        found = receive(city, as_csv([("1", "做好准备", "某局")], header=("序号", "任务", "责任单位")))

        assert found.status == "to_name"
        assert "another file" in messages(found)[0][2]
        assert [one["title"] for one in found.outcome["described"]["titles"]] == ["序号", "任务", "责任单位"]

    def test_what_is_no_table_at_all_is_refused(self):
        city = top()

        with pytest.raises(InvalidInput):
            receive(city, "只有一句话。".encode())

        assert not UnitImport.objects.exists()

    def test_the_same_workbook_comes_back_with_an_error_column_and_red_cells(self):
        city = top()
        content = as_xlsx([*CITY, ("D1", "新港村", "B1", "省部级", "农村", "村")])
        found = receive(city, content, name="u.xlsx")

        marked = load_workbook(io.BytesIO(queries.marked_import(actor=SYSTEM, import_id=found.pk, on=TODAY))).active

        assert marked is not None
        assert marked["A1"].value == "单位名册"
        assert marked["A1"].fill.fgColor.rgb == "0000FF00"
        assert marked["B4"].value == "第二试验县"
        assert "省部级" in str(marked["G7"].value)
        assert marked["D7"].fill.fill_type == "solid"
        assert marked["D6"].fill.fill_type is None

    def test_a_table_with_one_error_is_not_taken_over_at_all(self):
        city = top()
        found = receive(city, as_csv([*CITY, ("D1", "新港村", "无", "村级", "农村", "村")]))

        with pytest.raises(IllegalStep):
            commands.take_over_import(actor=SYSTEM, import_id=found.pk, at=NOW)

        assert Unit.objects.count() == 1

    def test_what_changed_since_the_check_is_noticed(self):
        city = top()
        found = receive(city, as_csv(CITY))
        child(city, "第一试验县")

        with pytest.raises(InvalidInput, match="upload it again"):
            commands.take_over_import(actor=SYSTEM, import_id=found.pk, at=NOW)

        assert Unit.objects.count() == 2

    def test_it_is_taken_over_once(self):
        city = top()
        done = load(city, as_csv(CITY))

        with pytest.raises(IllegalStep):
            commands.take_over_import(actor=SYSTEM, import_id=done.pk, at=NOW)

    def test_a_withdrawn_table_is_not_taken_over(self):
        city = top()
        found = receive(city, as_csv(CITY))
        commands.withdraw_import(actor=SYSTEM, import_id=found.pk, at=NOW)

        with pytest.raises(IllegalStep):
            commands.take_over_import(actor=SYSTEM, import_id=found.pk, at=NOW)


class TestScope:
    def test_a_county_imports_below_itself_only(self):
        tree = build_tree(counties=2, townships=1, villages=1, departments=1)
        actor = actor_with(unit=tree.counties[0], role="county_office")
        commands.set_external_id(actor=SYSTEM, unit_id=tree.townships[1].pk, scheme="本地编码", value="T2", at=NOW)

        found = receive(
            tree.counties[0],
            as_csv([("T2", "抢来的镇", "", "乡级", "机关", "乡镇"), ("T3", "新镇", "T2", "乡级", "机关", "乡镇")]),
            actor=actor,
        )

        assert "outside the part" in messages(found)[0][2]
        assert "outside the part" in messages(found)[1][2]
        with pytest.raises(NotFound):
            receive(tree.counties[1], as_csv(CITY), actor=actor)

    def test_whoever_only_reads_does_not_import(self):
        tree = build_tree(counties=1, townships=1, villages=1, departments=1)

        with pytest.raises(NotAllowed):
            receive(tree.city, as_csv(CITY), actor=actor_with(unit=tree.city, role="leading_group_member"))

    def test_an_import_is_invisible_to_a_sister(self):
        tree = build_tree(counties=2, townships=1, villages=1, departments=1)
        found = receive(tree.counties[0], as_csv(CITY))

        with pytest.raises(NotFound):
            queries.get_import(actor=actor_with(unit=tree.counties[1], role="county_office"), import_id=found.pk)


class TestLargeTables:
    ROWS = [(f"V{number}", f"第{number}村", "", "村级", "农村", "村") for number in range(3000)]

    def test_are_received_at_once_and_checked_in_the_background(self):
        city = top()

        found = receive(city, as_csv(self.ROWS))
        assert (found.status, Unit.objects.count()) == ("checking", 1)

        checked = commands.check_import(actor=Actor.system("check"), import_id=found.pk, at=NOW)
        assert (checked.status, checked.row_count, checked.rows_done) == ("ready", 3000, 3000)
        commands.take_over_import(actor=SYSTEM, import_id=found.pk, at=NOW)
        assert Unit.objects.count() == 3001
        assert queries.check_tree(actor=SYSTEM) == []

    def test_the_job_checks_in_the_language_of_the_sender(self):
        city = top()
        rows = [*self.ROWS, ("X", "新村", "", "省部级", "农村", "村")]
        found = receive(city, as_csv(rows))

        jobs.check_import(import_id=found.pk, language="zh-hans")

        [(row, _column, message)] = messages(queries.get_import(actor=SYSTEM, import_id=found.pk))
        assert (row, "省部级" in message, "规定用语" in message) == (3002, True, True)

    def test_another_table_is_told_by_the_check(self):
        city = top()
        found = receive(city, as_csv([("1", "做好准备" * 20, "某局")] * 3000, header=("序号", "任务", "责任单位")))

        checked = commands.check_import(actor=SYSTEM, import_id=found.pk, at=NOW)

        assert checked.status == "to_name"
        assert "another file" in messages(checked)[0][2]

    def test_checking_twice_does_no_harm(self):
        city = top()
        found = receive(city, as_csv(self.ROWS))
        commands.check_import(actor=SYSTEM, import_id=found.pk, at=NOW)

        assert commands.check_import(actor=SYSTEM, import_id=found.pk, at=LATER).finished_at == NOW


def test_the_template_is_read_back_as_it_is_filled_in():
    city = top()
    book = load_workbook(io.BytesIO(queries.unit_template(actor=SYSTEM)))
    sheet = book.worksheets[0]
    header = next(row for row in range(1, 10) if sheet.cell(row, 5).value == "上级单位")
    first = next(row for row in range(header, 20) if sheet.cell(row, 2).value == "0012") + 1
    for place, value in enumerate(["", "0100", "市甲局", "", "", "市级", "机关", "部门"], start=1):
        sheet.cell(first, place).value = value
    out = io.BytesIO()
    book.save(out)

    done = load(city, out.getvalue(), name="名册.xlsx")

    assert done.outcome["created"] == 1
    assert by_code("0100").name == "市甲局"
