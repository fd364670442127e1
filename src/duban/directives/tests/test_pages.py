"""The pages of papers over HTTP, with and without htmx."""

import io
import re
import uuid
from pathlib import Path

import docx
import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from duban.config.factories import make_person_with_account
from duban.directives import commands
from duban.directives.models import Document, Requirement
from duban.directives.states import RequirementStatus
from duban.directives.tests.material import AT, SPEECH, Office, make_office, requirement_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return make_office()


@pytest.fixture(autouse=True)
def english(client: Client) -> None:
    client.cookies["language"] = "en"


@pytest.fixture
def clerk(office: Office, client: Client) -> Client:
    client.force_login(office.account.user)
    return client


def page_of(client: Client, address: str, **given: str) -> str:
    response = client.get(address, given)
    assert response.status_code == 200, response.content.decode()[:800]
    return response.content.decode()


def speech_address(document: Document) -> str:
    return reverse("directives:speech", args=[document.pk])


def test_an_empty_list_says_what_to_do(clerk: Client) -> None:
    page = page_of(clerk, reverse("directives:documents"))

    assert "No paper has been taken in yet." in page
    assert reverse("directives:take-in") in page


def test_the_form_says_who_will_see_the_entry_and_for_how_long(clerk: Client) -> None:
    page = page_of(clerk, reverse("directives:take-in"))

    assert "Seen by:" in page
    assert "Kept:" in page


def test_a_pasted_speech_leads_to_its_page(clerk: Client, office: Office) -> None:
    response = clerk.post(
        reverse("directives:take-in"),
        {"text": SPEECH.replace("\n", "\r\n"), "kind": "speech", "unit": office.tree.city.pk},
    )

    document = Document.objects.get()
    assert response.headers["Location"] == speech_address(document)
    assert document.raw_text == SPEECH
    page = page_of(clerk, speech_address(document))
    assert "Take all" in page
    assert document.title in page_of(clerk, reverse("directives:documents"))
    assert document.title in page_of(clerk, reverse("directives:documents"), q="节水")
    assert "No title holds" in page_of(clerk, reverse("directives:documents"), q="防汛")


def test_the_same_form_sent_twice_takes_in_one_text(clerk: Client, office: Office) -> None:
    form = {"text": SPEECH, "kind": "speech", "unit": office.tree.city.pk, "request_id": str(uuid.uuid4())}

    first = clerk.post(reverse("directives:take-in"), form)
    second = clerk.post(reverse("directives:take-in"), form)

    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]
    assert Document.objects.count() == 1


def test_a_text_taken_in_before_is_refused_with_a_way_to_it(clerk: Client, office: Office) -> None:
    document = office.take_in()

    response = clerk.post(
        reverse("directives:take-in"), {"text": SPEECH, "kind": "speech", "unit": office.tree.city.pk}
    )

    assert response.status_code == 422
    assert speech_address(document) in response.content.decode()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("空.txt", b"", "empty"),
        ("程序.txt", bytes(range(256)) * 40, "not readable"),
        ("旧稿.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "WPS"),
        ("长行.txt", "各单位要抓好落实，".encode() * 120_000, "200000"),
        ("大文件.txt", b"a" * (50 * 1024 * 1024), "20 MB"),
    ],
    ids=["empty", "binary", "old Word", "one line of a megabyte", "50 MB"],
)
def test_a_file_that_is_no_speech_is_answered_with_one_sentence(
    clerk: Client, office: Office, name: str, content: bytes, said: str
) -> None:
    response = clerk.post(
        reverse("directives:take-in"),
        {"file": SimpleUploadedFile(name, content), "kind": "speech", "unit": office.tree.city.pk},
    )

    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Document.objects.exists()


def test_the_original_comes_back_byte_for_byte(clerk: Client, office: Office) -> None:
    content = SPEECH.encode("gb18030")
    clerk.post(
        reverse("directives:take-in"),
        {"file": SimpleUploadedFile("讲话.txt", content), "kind": "speech", "unit": office.tree.city.pk},
    )

    response = clerk.get(reverse("directives:original", args=[Document.objects.get().pk]))

    assert response.content == content
    assert response.headers["Content-Disposition"].startswith("attachment")


def test_a_word_file_is_read_and_comes_back_byte_for_byte(clerk: Client, office: Office) -> None:
    written = docx.Document()
    for line in SPEECH.strip().split("\n"):
        written.add_paragraph(line)
    out = io.BytesIO()
    written.save(out)

    clerk.post(
        reverse("directives:take-in"),
        {"file": SimpleUploadedFile("讲话.docx", out.getvalue()), "kind": "speech", "unit": office.tree.city.pk},
    )

    document = Document.objects.get()
    assert document.encoding == "docx"
    assert requirement_with(document, "老旧管网").responsible == "市水务集团"
    assert clerk.get(reverse("directives:original", args=[document.pk])).content == out.getvalue()


def test_the_original_stands_on_the_left_word_for_word(clerk: Client, office: Office) -> None:
    document = office.take_in("1、" + SPEECH)

    page = page_of(clerk, speech_address(document))
    original = page.split('class="original-text">', 1)[1].split("</section>", 1)[0]

    assert re.sub(r"<[^>]+>", "", original).strip() == ("1、" + SPEECH).strip()


def test_markup_within_a_speech_is_shown_as_text(clerk: Client, office: Office) -> None:
    document = office.take_in(SPEECH.replace("节水", "<script>alert(1)</script>"))

    for show in ("requirements", "outline", "findings"):
        assert "<script>alert" not in page_of(clerk, speech_address(document), show=show)


def test_a_text_without_points_offers_its_other_sentences(clerk: Client, office: Office) -> None:
    document = office.take_in("各部门要在6月底前完成自查。天气很好。")

    page = page_of(clerk, speech_address(document), show="outline")

    assert "No numbered points were found" in page
    assert "天气很好。" in page.split('class="original-text">')[1].split("</section>")[1]


def test_each_side_leads_to_the_other_without_javascript(clerk: Client, office: Office) -> None:
    document = office.take_in()
    for show in ("requirements", "outline"):
        page = page_of(clerk, speech_address(document), show=show)
        targets = set(re.findall(r'\bid="([^"]+)"', page))
        anchors = re.findall(r'href="#((?:requirement|sentence|point|stretch)-\d+)"', page)
        assert anchors
        assert set(anchors) <= targets


def test_the_checks_show_announced_against_found(clerk: Client, office: Office) -> None:
    page = page_of(clerk, speech_address(office.take_in()), show="findings")

    assert "讲两点意见" in page
    assert "agrees" in page
    assert "A sentence stands twice" in page


def test_a_speech_is_decided_with_two_clicks_without_javascript(clerk: Client, office: Office) -> None:
    document = office.take_in()

    pages = [
        clerk.post(reverse(f"directives:{name}", args=[document.pk]), follow=True).content.decode()
        for name in ("take-all", "set-aside-rest")
    ]

    assert not document.requirements.filter(status=RequirementStatus.PROPOSED).exists()
    assert "100% of the requirements decided" in pages[-1]


def test_with_htmx_one_decision_changes_its_row_and_the_coverage(clerk: Client, office: Office) -> None:
    requirement = requirement_with(office.take_in(), "老旧管网")

    response = clerk.post(
        reverse("directives:requirement-step", args=[requirement.pk, "take"]), headers={"HX-Request": "true"}
    )

    page = response.content.decode()
    assert response.status_code == 200
    assert page.lstrip().startswith("<li")
    assert f'id="requirement-{requirement.pk}"' in page
    assert 'id="coverage" class="coverage" hx-swap-oob="true"' in page
    assert "<html" not in page


def test_an_unknown_step_is_refused(clerk: Client, office: Office) -> None:
    requirement = requirement_with(office.take_in(), "老旧管网")

    assert clerk.post(reverse("directives:requirement-step", args=[requirement.pk, "assign"])).status_code == 422


def test_a_requirement_is_corrected_and_its_deadline_reckoned(clerk: Client, office: Office) -> None:
    requirement = requirement_with(office.take_in(), "实事求是")
    address = reverse("directives:requirement", args=[requirement.pk])
    assert requirement.sentence in page_of(clerk, address)

    response = clerk.post(
        address, {"responsible": "各县", "deadline": "6月底前", "quantity": "", "kind": "requirement", "version": 1}
    )

    assert response.status_code == 302
    assert "2026-06-30" in page_of(clerk, speech_address(requirement.document))


def test_a_stale_form_shows_both_texts_and_changes_nothing(clerk: Client, office: Office) -> None:
    requirement = requirement_with(office.take_in(), "实事求是")
    address = reverse("directives:requirement", args=[requirement.pk])
    form = {"responsible": "各县", "deadline": "", "quantity": "", "kind": "requirement", "version": 1}
    clerk.post(address, form)

    response = clerk.post(address, form | {"responsible": "各镇"})

    assert response.status_code == 409
    assert "各县" in response.content.decode()
    assert "各镇" in response.content.decode()
    assert Requirement.objects.get(pk=requirement.pk).responsible == "各县"


def test_a_stale_form_within_the_page_keeps_what_was_written_and_says_what_stands_there(
    clerk: Client, office: Office
) -> None:
    requirement = requirement_with(office.take_in(), "实事求是")
    address = reverse("directives:requirement", args=[requirement.pk])
    form = {"responsible": "各县", "deadline": "", "quantity": "", "kind": "requirement", "version": 1}
    clerk.post(address, form)

    response = clerk.post(address, form | {"responsible": "各镇"}, headers={"HX-Request": "true"})

    assert response.status_code == 422
    assert response.headers["HX-Retarget"] == f"#requirement-{requirement.pk} .correct"
    assert 'value="各镇"' in response.content.decode()
    assert "Who: 各县" in response.content.decode()


def test_the_kind_of_a_point_is_corrected_with_one_click(clerk: Client, office: Office) -> None:
    document = office.take_in()
    node = document.nodes.get(position=1)
    address = reverse("directives:point", args=[node.pk])

    with_htmx = clerk.post(address, {"kind": "fact", "version": 1}, headers={"HX-Request": "true"})
    plain = clerk.post(address, {"title": "前期工作", "version": 2})

    node.refresh_from_db()
    assert with_htmx.content.decode().lstrip().startswith("<div")
    assert plain.headers["Location"].endswith(f"?show=outline#point-{node.pk}")
    assert (node.kind, node.title, node.version) == ("fact", "前期工作", 3)
    assert clerk.post(address, {"kind": "nonsense", "version": 3}).status_code == 422


def test_a_sentence_becomes_a_requirement_from_the_outline(clerk: Client, office: Office) -> None:
    document = office.take_in()
    start = SPEECH.index("前期各单位")

    response = clerk.post(
        reverse("directives:add-requirement", args=[document.pk]),
        {"start": start, "end": SPEECH.index("。", start) + 1},
    )

    assert response.status_code == 302
    assert requirement_with(document, "前期各单位").status == RequirementStatus.PROPOSED


def test_the_date_is_asked_for_where_deadlines_wait_for_it(clerk: Client, office: Office) -> None:
    document = office.take_in(SPEECH.replace("（2026年3月2日）\n", ""))
    assert "Give the date" in page_of(clerk, speech_address(document))

    response = clerk.post(
        reverse("directives:facts", args=[document.pk]),
        {"title": document.title, "kind": "speech", "dated_on": "2026-03-02", "version": 1},
    )

    assert response.status_code == 302
    assert "Give the date" not in page_of(clerk, speech_address(document))


def test_an_unreviewed_text_says_so_on_its_page_and_in_its_draft(clerk: Client, office: Office) -> None:
    document = office.take_in(SPEECH.replace("2日）", "2日，根据录音整理，未经本人审阅）"))

    assert "transcript, not reviewed by the speaker" in page_of(clerk, speech_address(document))
    assert "transcript" in page_of(clerk, reverse("directives:draft-table", args=[document.pk]))
    clerk.post(reverse("directives:step", args=[document.pk, "confirm"]))
    document.refresh_from_db()
    assert document.status == "confirmed"


def test_page_word_and_excel_of_the_draft_show_the_same_rows(clerk: Client, office: Office) -> None:
    document = office.take_in()
    commands.take_all_concrete(actor=office.clerk, document_id=document.pk, at=AT)
    page = page_of(clerk, reverse("directives:draft-table", args=[document.pk]))
    word = clerk.get(reverse("directives:draft-table-word", args=[document.pk]))
    excel = clerk.get(reverse("directives:draft-table-excel", args=[document.pk]))

    shown = [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td>(.*?)</td>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", page.split("<tbody>")[1], re.DOTALL)
    ]
    in_word = [[cell.text for cell in row.cells] for row in docx.Document(io.BytesIO(word.content)).tables[0].rows][1:]
    sheet = openpyxl.load_workbook(io.BytesIO(excel.content)).active
    assert sheet is not None
    in_excel = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]

    assert shown
    assert shown == in_word
    assert shown == in_excel[-len(shown) :]
    assert "still to be decided" in page


def test_an_empty_draft_says_how_rows_come_into_it(clerk: Client, office: Office) -> None:
    document = office.take_in()

    assert "No requirement of this text has been taken yet." in page_of(
        clerk, reverse("directives:draft-table", args=[document.pk])
    )


def test_a_reader_sees_the_text_and_no_buttons(office: Office, client: Client) -> None:
    document = office.take_in()
    reader = make_person_with_account(unit=office.tree.city, role="leading_group_member")
    client.force_login(reader.user)

    page = page_of(client, speech_address(document))

    assert "老旧管网" in page
    assert "Take all" not in page
    assert client.post(reverse("directives:take-all", args=[document.pk])).status_code == 403
    assert client.get(reverse("directives:take-in")).status_code == 403


def test_a_unit_that_reads_no_papers_is_told_that_there_is_none(office: Office, client: Client) -> None:
    document = office.take_in()
    liaison = make_person_with_account(unit=office.tree.departments[1], role="unit_liaison")
    client.force_login(liaison.user)

    for name in ("speech", "draft-table", "draft-table-word", "draft-table-excel", "original", "facts"):
        assert client.get(reverse(f"directives:{name}", args=[document.pk])).status_code == 404


def test_no_page_carries_a_style_or_a_script_of_its_own() -> None:
    for template in (Path(__file__).resolve().parents[1] / "templates").rglob("*.html"):
        text = template.read_text()
        assert "style=" not in text
        assert not re.search(r"<script(?![^>]*\bsrc=)", text)


def test_placeholders_stand_beside_the_numbers_of_the_register(clerk: Client, office: Office) -> None:
    text = SPEECH + "\n全市共有党组织x个、党员近x万人，都要参加学习。\n"
    document = office.take_in(text)

    page = page_of(clerk, speech_address(document), show="findings")

    assert "The register says" in page
    assert "Party members" in page
