"""A clerk's Monday: last year's table, a call from above, a word for the group chat, a page for the leader."""

import io
from datetime import date

import openpyxl
from openpyxl.styles import Font
from pypdf import PdfReader

from tests.browser.acting import in_days, read, words, written
from tests.browser.conftest import NewSurfer, Surfer

HEAD = ("序号", "重点任务", "具体事项", "牵头单位", "配合单位", "完成时限", "备注")
# Last year's rows; the third names an office that was dissolved since.
ROWS = (
    ("改到位", "检查便民服务窗口延时办理", "各县区", "澜川市教育局"),
    ("办实在", "修缮乡镇卫生院候诊区", "各乡镇（街道）", "澜川市卫生健康委"),
    ("减负", "清查重复开设的小程序", "澜川市信息化工作办公室", ""),
)
COPIED = "navigator.clipboard.readText()"
HEAR_PRINTING = "window.print = () => { document.documentElement.dataset.printed = 'yes'; };"


def last_years_table(*, due: date, third_owner: str) -> bytes:
    """Make the workbook as an office keeps it: a title over merged cells, groups of merged rows, a note below."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "任务分解"
    sheet.append(["作风建设任务分解表"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(HEAD))
    sheet["A1"].font = Font(size=18, bold=True)
    sheet.append(["印发单位：市专题教育办"])
    sheet.merge_cells(start_row=2, start_column=1, end_row=2, end_column=len(HEAD))
    sheet.append(list(HEAD))
    for number, (heading, wording, owner, helpers) in enumerate(ROWS, start=1):
        owner = third_owner if number == len(ROWS) else owner
        sheet.append([number, heading, wording, owner, helpers, written(due), ""])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def choose_file(clerk: Surfer, content: bytes) -> None:
    """Choose the workbook and have it checked."""
    clerk.page.locator("[name=file]").set_input_files(
        {
            "name": "去年任务分解表.xlsx",
            "mimeType": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "buffer": content,
        }
    )
    clerk.click(clerk.page.locator("main form button.btn-primary"))
    clerk.page.wait_for_url("**/tasks/breakdown/*/")


def number_of(clerk: Surfer, label: str) -> int:
    """Return the number beside a line of 今天要盯的."""
    clerk.open("/")
    line = clerk.page.locator(".desk tr", has=clerk.page.locator("th[scope=row]", has_text=label)).first
    return int(line.locator("td.number").inner_text())


def take_the_table_in(clerk: Surfer) -> None:
    """Import last year's table: what is wrong is marked in the same workbook; then it is taken over and issued."""
    clerk.click(clerk.page.locator(".actions a[href='/tasks/assignments/']"))
    clerk.click(clerk.page.locator(".actions a[href='/tasks/breakdown/']"))
    due = in_days(40)
    choose_file(clerk, last_years_table(due=due, third_owner=ROWS[2][2]))
    assert "1 处" in words(clerk)
    assert "澜川市信息化工作办公室" in words(clerk), "what is wrong, in the words of the cell"
    with clerk.page.expect_download() as handed:
        clerk.click(clerk.page.locator("a[href$='/marked/']"))
    marked = openpyxl.load_workbook(io.BytesIO(handed.value.path().read_bytes()))
    cells = [str(cell.value) for row in marked.worksheets[0].iter_rows() for cell in row if cell.value]
    assert any("澜川市信息化工作办公室" in cell and "没有" in cell for cell in cells)

    clerk.click(clerk.page.locator("main a[href='/tasks/breakdown/']"))
    choose_file(clerk, last_years_table(due=due, third_owner="澜川市教育局"))
    said = words(clerk)
    assert "新增：3" in said.replace(" ", "")
    assert all(wording in said for _heading, wording, _owner, _helpers in ROWS)
    assert read(due) in said
    clerk.click(clerk.page.locator("button[name=issue]"))
    clerk.page.wait_for_url("**/tasks/assignments/")
    for _heading, wording, _owner, _helpers in ROWS:
        assert "已交办" in clerk.page.locator("tr", has_text=wording).inner_text()


def register_the_call(clerk: Surfer) -> None:
    """Register what the provincial office asked on the telephone: four fields, and what is known already is shown."""
    before = number_of(clerk, "上级要的")
    clerk.click(clerk.page.locator(".actions a[href='/office/wanted/register/']"))
    clerk.page.locator("[name=giver]").fill("省专题教育办")
    clerk.page.locator("[name=matter]").fill("报送老旧小区上门走访情况")
    due = in_days(3)
    clerk.page.locator("[name=due]").fill(written(due))
    clerk.page.locator("[name=owner]").fill("澜川市住房城乡建设局")
    known = clerk.page.locator("#known")
    known.locator("a", has_text="开展老旧小区上门走访").wait_for()
    clerk.click(clerk.page.locator("main form button.btn-primary"))
    # It asks once more, because something like it was asked before.
    again = clerk.page.locator("main form button.btn-primary")
    if clerk.path == "/office/wanted/register/":
        assert "仍要交办" in again.inner_text()
        clerk.click(again)
    clerk.page.wait_for_url("**/tasks/assignments/*/")
    said = words(clerk)
    assert "报送老旧小区上门走访情况" in said
    assert "省专题教育办" in said
    assert number_of(clerk, "上级要的") == before + 1
    clerk.click(clerk.page.locator(".desk a.btn[href='/office/wanted/']"))
    line = clerk.page.locator("main tbody tr", has_text="报送老旧小区上门走访情况").inner_text()
    assert "省专题教育办" in line
    assert read(due) in line


def urge_by_chat(clerk: Surfer) -> None:
    """Take the text for the group chat: units with their numbers in protocol order, no name of a person."""
    unsigned = number_of(clerk, "未签收")
    assert unsigned
    clerk.click(clerk.page.locator(".desk a.btn[href='/urge/?status=to_sign']"))
    text = clerk.page.locator("#urge-text").input_value()
    assert f"共有 {unsigned} 项待办" in text
    assert text.index("望澜区") < text.index("青榆县") < text.index("石岭县") < text.index("市住房城乡建设局")
    assert text.rstrip().endswith(f"{clerk.address}/owed/")
    for name in ("丁一凡", "贺文川", "闻如樾", "田露"):
        assert name not in text
    clerk.click(clerk.page.locator("[data-copy]"))
    clerk.page.locator("[data-copy]", has_text="已复制").wait_for()
    assert clerk.page.evaluate(COPIED) == text


def print_for_the_leader(clerk: Surfer) -> None:
    """One page about one county: read it, print it, take it along as PDF."""
    clerk.open("/")
    clerk.click(clerk.page.locator("nav.menu summary", has_text="文稿统计"))
    clerk.click(clerk.page.locator("nav.menu a[href='/papers/promotion/']"))
    clerk.click(clerk.page.locator("main tbody a", has_text="青榆县"))
    assert "青榆县" in words(clerk, "h1")
    owed = clerk.page.locator("main tbody tr", has_text="应办").first.locator("td.number").last.inner_text()
    assert "新圩村：组织党员开展一次专题学习" in words(clerk), "which item is overdue, and where"
    clerk.click(clerk.page.locator("[data-print]"))
    assert clerk.page.evaluate("() => document.documentElement.dataset.printed") == "yes"
    with clerk.page.expect_download() as handed:
        clerk.click(clerk.page.locator(".actions a", has_text="PDF"))
    pages = PdfReader(handed.value.path()).pages
    assert len(pages) == 1
    paper = "".join(pages[0].extract_text().split())
    assert "青榆县" in paper
    assert owed in paper
    assert "新圩村：组织党员开展一次专题学习" in paper


def test_a_clerk_takes_in_a_table_registers_a_call_urges_and_prints(surfer: NewSurfer) -> None:
    clerk = surfer("linxiaohe", permissions=["clipboard-read", "clipboard-write"], accept_downloads=True)
    clerk.page.add_init_script(HEAR_PRINTING)
    assert "今天要盯的" in words(clerk)
    take_the_table_in(clerk)
    register_the_call(clerk)
    urge_by_chat(clerk)
    print_for_the_leader(clerk)
