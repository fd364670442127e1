"""What `extraction` does inside the confined process: the text of a .pdf (no Django)."""

import re
import unicodedata
from io import BytesIO

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from duban.directives.extraction_child import told
from duban.kernel.confined_child import Unusable

MOST_PAGES = 500
FEWEST_CHARACTERS = 20  # of text per page on average; a scanned page has at most a stamp or a page number

# Fonts often draw 一, 月, 风 with the glyph of the radical of the same shape, and the text then names the radical.
# Unicode folds those of the Kangxi block; for the later block this is the list of those that are whole characters.
_RADICALS = str.maketrans(
    "⺁⺇⺈⺊⺌⺍⺎⺒⺓⺛⺜⺝⺟⺠⺢⺧⺩⺪⺫⺬⺮⺶⺷⺻⺽⻁⻄⻅⻆⻉⻊⻋⻑⻓⻔⻗⻘⻙⻚⻛⻜⻝⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻬⻮⻯⻰⻱⻳",
    "厂几刀卜小小兀巳幺旡日月母民水牛王疋目示竹羊羊聿臼虎西见角贝足车長长门雨青韦页风飞食首马骨鬼鱼鸟卤麦黄黾齐齿竜龙龜龟",
)
_FOLDED = re.compile("[\u2f00-\u2fd5\uf900-\ufaff\ufb00-\ufb06]")


def usual_characters(text: str) -> str:
    """The text with radicals, compatibility forms and ligatures replaced by the characters they stand for."""
    return _FOLDED.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text).translate(_RADICALS)


def pdf(content: bytes) -> bytes:
    """The text of a .pdf as JSON, pages divided by line ends; raises Unusable for scanned, encrypted and damaged files."""
    if b"%PDF-" not in content[:1024]:
        raise Unusable("not-pdf")
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unusable("encrypted")
        pages = len(reader.pages)
        if pages > MOST_PAGES:
            raise Unusable("too-many-pages", most=MOST_PAGES)
        texts = [page.extract_text() for page in reader.pages]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as fault:
        raise Unusable("damaged") from fault
    text = "\n".join(texts)
    if sum(not char.isspace() for char in text) < FEWEST_CHARACTERS * max(1, pages) and len(text.strip()) < 200:
        raise Unusable("scanned")
    return told(usual_characters(text))
