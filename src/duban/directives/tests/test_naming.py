"""Who is meant by a name in a speech."""

import pytest

from duban.directives.naming import Named, mentions, spoken_of

PEOPLE = [
    Named(1, "特木尔巴根", "市委书记、市人大常委会主任"),
    Named(2, "白云山", "市委副书记、市长"),
    Named(3, "欧阳明", "市委常委、组织部部长"),
    Named(4, "", "省委督导组组长"),
    Named(5, "韩一", "市教育办主任"),
    Named(6, "韩二", "市发改委主任"),
]


@pytest.mark.parametrize(
    ("text", "words", "keys"),
    [
        ("要贯彻好特书记讲话精神", "特书记", (1,)),
        ("刚才，特木尔巴根同志作了重要讲话", "特木尔巴根", (1,)),
        ("按照白市长的要求", "白市长", (2,)),
        ("白主任作了说明", "白主任", ()),
        ("欧阳部长传达了文件", "欧阳部长", (3,)),
        ("请韩主任通报情况", "韩主任", (5, 6)),
        ("请王书记讲话", "王书记", ()),
        ("受**书记委托", "**书记", ()),
    ],
)
def test_a_short_form_means_the_person_registered_for_the_meeting(text: str, words: str, keys: tuple[int, ...]) -> None:
    (mention,) = mentions(text=text, people=PEOPLE)

    assert (mention.words, mention.keys) == (words, keys)
    assert text[mention.start : mention.end] == words
    assert mention.key == (keys[0] if len(keys) == 1 else None)


def test_two_short_forms_in_a_row_are_two_people() -> None:
    found = mentions(text="各部门要深入贯彻落实好特书记、白书记讲话精神。", people=PEOPLE)

    assert [(mention.words, mention.key) for mention in found] == [("特书记", 1), ("白书记", 2)]


@pytest.mark.parametrize(
    "text", ["时任书记", "组织部长会议", "各党支部书记、村委会主任", "总书记重要讲话", "办公室主任"]
)
def test_a_title_without_a_surname_names_nobody(text: str) -> None:
    assert mentions(text=text, people=PEOPLE) == []


def test_a_masked_name_is_unknown() -> None:
    (mention,) = mentions(text="会上，xx书记作了讲话。", people=PEOPLE)

    assert mention.is_masked
    assert mention.key is None


def test_only_sentences_about_a_speech_refer_to_one() -> None:
    text = "特书记今天到会。白市长的讲话，对取得的成绩和存在问题已进行了全面总结。"

    assert [mention.words for mention in spoken_of(text=text, people=PEOPLE)] == ["白市长"]
