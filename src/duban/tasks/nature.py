"""What kind of thing a sentence asks for, read from its verb: 传达, 学习, or something to be carried out."""

# Words in which 学习 is no verb.
_NOUNS = ("学习教育", "学习型", "主题教育", "学习强国", "学习成果", "学习情况", "学习资料")
_STUDY = ("学习", "研读", "研学")
# Verbs beside which studying is only the way in.
_CARRY_OUT = ("整改", "解决", "查摆", "落实", "销号", "排查", "建立", "修订", "制定", "走访", "完成")


def nature_of(*, sentence: str) -> str:
    """Return "convey", "study" or "work" for a sentence; a person may always choose otherwise."""
    for noun in _NOUNS:
        sentence = sentence.replace(noun, "")
    if any(verb in sentence for verb in _CARRY_OUT):
        return "work"
    if "传达" in sentence:
        return "convey"
    return "study" if any(verb in sentence for verb in _STUDY) else "work"
