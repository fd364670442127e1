"""What is newer than the oldest browser is found, and what older browsers leave out without harm is not."""

import pytest

from duban.config import oldest_browser
from duban.config.oldest_browser import markup_faults, script_faults, style_faults


def test_no_page_needs_a_newer_browser():
    assert oldest_browser.check() == []


@pytest.mark.parametrize(
    "style, version",
    [
        ("tr:has(td) { color: red; }", 105),
        ("a { color: color-mix(in srgb, red 10%, blue); }", 111),
        ("a { color: oklch(40% 0.2 20); }", 111),
        ("a { b { color: red; } }", 112),
        ("a { &:hover { color: red; } }", 112),
        ("a { @media print { color: red; } }", 112),
        ("@media print { a { .b { color: red; } } }", 112),
        ("@layer reset;", 99),
        ("@layer reset { a { color: red; } }", 99),
        ("@container (min-width: 10em) { a { color: red; } }", 105),
        ("@media (width >= 10em) { a { color: red; } }", 104),
        ("div { height: 100dvh; }", 108),
        ("div { width: 50cqw; }", 105),
        ("div { text-wrap: balance; }", 114),
        ("div { rotate: 3deg; }", 104),
        ("div { grid-template-rows: subgrid; }", 117),
    ],
)
def test_newer_style_is_found(style, version):
    (found,) = style_faults(style)
    assert found.version == version


@pytest.mark.parametrize(
    "style",
    [
        "@supports selector(:has(*)) { tr:has(td) { color: red; } }",
        "@supports (color: color-mix(in srgb, red, blue)) { @media print { a { color: color-mix(in srgb, red, blue); } } }",
        "/* :has( */ a { color: red; }",
        "a::after { content: ':has(x) {'; }",
        "@keyframes turn { from { transform: rotate(0); } 50% { opacity: 0; } }",
        "@page draft { size: A4 landscape; margin: 10mm; }",
        "@media (min-width: 40em) and (max-width: 60em) { a:not(.b):focus-visible { inset: 0; aspect-ratio: 1; } }",
        "a { transform: translate(1px) scale(2); scroll-margin: 1em; height: 100vh; --mask-size: 3px; }",
        'a { background: url("data:image/svg+xml,%3csvg {x:y}%3e"); }',
    ],
)
def test_older_style_is_left_alone(style):
    assert style_faults(style) == []


def test_a_package_may_decorate_what_we_do_not_use():
    style = ".picker:has(input) { color: red; } .cards:has(input) { color: red; }"
    assert [found.version for found in style_faults(style)] == [105, 105]
    assert [found.line for found in style_faults(style, package_without=frozenset({"cards"}))] == [1]
    beside = ".cards { background: red; background: color-mix(in srgb, red, blue); }"
    assert style_faults(beside, package_without=frozenset({"cards"})) == []


@pytest.mark.parametrize(
    "script, version",
    [
        ("const last = rows.at(-1);", 92),
        ("const copy = structuredClone(row);", 98),
        ("rows.findLast((row) => row.open);", 97),
        ("if (Object.hasOwn(row, 'x')) {}", 93),
        ("rows.toSorted();", 110),
        ("class A { static { A.x = 1; } }", 94),
        ("const id = crypto.randomUUID();", 92),
        ("throw new Error('no', { cause: error });", 93),
    ],
)
def test_newer_script_is_found(script, version):
    (found,) = script_faults(f"// what is .at(this)\n{script}")
    assert (found.version, found.line) == (version, 2)


def test_older_script_is_left_alone():
    assert (
        script_faults(
            "const a = b?.c ?? 'x.at(1)'; a ||= 1; /* structuredClone */ row.format(1); x.replaceAll('a', 'b')"
        )
        == []
    )


def test_a_package_may_ask_before_it_uses():
    asks = "if(a&&document.startViewTransition){document.startViewTransition(b)}"
    assert script_faults(asks, is_package=True) == []
    assert script_faults("document.startViewTransition(b)", is_package=True)
    assert script_faults(asks)


def test_newer_mark_up_is_found():
    assert [found.version for found in markup_faults('<div id="a" popover>x</div>\n<p inert>')] == [114, 102]


def test_a_fault_names_the_place_and_the_way_out():
    (found,) = style_faults("a { color: red; }\nb:has(c) { color: red; }")
    assert found.sentence("a.css") == (
        "a.css:2: “:has(” needs Chromium 105 and pages must work in 90: do without, or put it inside @supports."
    )
