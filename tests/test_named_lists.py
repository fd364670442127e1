"""A query whose answer names people is marked as a named list, or says here why it is none (R-734)."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

from tests.layout import SOURCE, application_code, module_of, parsed, shown

# What a query writes when it reads names: of people, of accounts, of members, of those who attended.
NAMES = re.compile(
    r"person__(?!id\b)\w*|[\"']person[\"']|\.person\b(?!_id)|organisation_person\b|\bPerson\.objects|\bUser\.objects"
    r"|\bMembership\.objects|\bMeetingPerson\.objects|\.people\b|accounts_user\b|\bget_user_model|(?:principals_of|posts_of_unit|people_of_unit|names_of)\("
)

# Queries that read names and are no list of people, and why.
NO_LIST = {
    "access.account_called": "one account, by its name",
    "access.actor_of": "the actor",
    "access.delegation_parts": "numbers",
    "access.delegation_posts": "for opening accounts, which is recorded; the list that is shown is delegation_people",
    "access.grant_line": "one grant",
    "access.names_of": "the names for grants that were read already",
    "access.outlasting_grants": "grants of one person",
    "access.standing_of": "the actor's own posts and grants",
    "accounts.demonstration_sign_ins": "invented people of a trial, offered for signing in",
    "accounts.get_user": "one account; its page records that it was looked at",
    "accounts.has_demonstration_accounts": "yes or no",
    "accounts.has_factor": "yes or no",
    "accounts.user_called": "one account, by what was typed at sign-in",
    "directives.texts_held": "rows are speeches, each with who gave it",
    "directives.unresolved_and_resolved": "rows are references, each with the speaker meant",
    "directives.unresolved_references": "rows are references, each with the speaker meant",
    "organisation.chain_of_responsibility": "who answers for one unit, from the top down",
    "organisation.children_of": "rows are units; where their principals are shown, on unit_sheet, they are counted there",
    "organisation.count_organisations": "numbers",
    "organisation.faults_of_import": "what is wrong with a file",
    "organisation.former_posts": "shown on unit_sheet and counted there",
    "organisation.get_membership": "one member",
    "organisation.get_person": "one person",
    "organisation.get_post": "one post",
    "organisation.marked_import": "rows are units; the file goes back as its sender sent it",
    "organisation.member_counts": "numbers",
    "organisation.posts_of_unit": "for other queries and commands; the list that is shown is post_list",
    "organisation.principals_of": "for other queries and commands; lists of units that show them are marked",
    "organisation.register_below": "what an import is compared with",
    "portal.branch_screen": "one head, to know whether it is the reader",
    "portal.followed_meeting": "rows are requirements, each with who said it",
    "portal.principal_screen": "colleagues of the own unit, to choose from",
    "portal.whom_to_tell": "the two or three people to speak to in the unit above",
    "reporting.unit_sheet": "the principal of one unit",
    "tasks.confirmation_page": "colleagues of the own unit, to choose from",
    "tasks.involved_with_acceptance": "numbers of those who had a part",
    "tasks.link_refusal": "whether a link is still its owner's",
    "tasks.open_items": "items of one person",
    "tasks.people_of_unit": "for other queries; pages that show it to other units are marked",
    "tasks.sample_page": "numbers of those who had a part",
    "tasks.tap": "the principal to whom a link was given",
    "tasks.task_page": "who answers for one task",
}


def test_every_query_that_names_people_is_marked_or_says_why_not() -> None:
    naming = {name: place for name, place in _naming() if not _is_marked(name)}
    unknown = [f"{place} {name}" for name, place in naming.items() if name not in NO_LIST]
    assert not unknown, "\n".join(sorted(unknown))
    assert set(NO_LIST) <= set(naming), f"no longer there: {set(NO_LIST) - set(naming)}"


def _naming() -> Iterator[tuple[str, str]]:
    """Every public query whose text, or the text of what it uses of its own package, names people."""
    for path in application_code():
        if path.stem != "queries" and path.parent.name != "queries":
            continue
        texts = _texts(path)
        for node in parsed(path).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            if NAMES.search(_whole(node.name, texts, set())):
                yield f"{module_of(path)}.{node.name}", shown(path, node.lineno)


def _texts(path: Path) -> dict[str, str]:
    """Name → text of all that stands at the top of a file."""
    source = path.read_text()
    found: dict[str, str] = {}
    for node in parsed(path).body:
        names = [node.name] if isinstance(node, ast.FunctionDef) else []
        if isinstance(node, ast.Assign):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        body = ast.get_source_segment(source, node) or ""
        if isinstance(node, ast.FunctionDef) and (words := ast.get_docstring(node, clean=False)):
            body = body.replace(words, "")
        found |= dict.fromkeys(names, body)
    return found


def _whole(name: str, texts: dict[str, str], met: set[str]) -> str:
    if name in met:
        return ""
    met.add(name)
    text = texts[name]
    used = [other for other in re.findall(r"\b[A-Za-z_]\w*\b", text) if other in texts and other != name]
    return text + "".join(_whole(other, texts, met) for other in used)


def _is_marked(name: str) -> bool:
    module, function = name.split(".")
    queries = importlib.import_module(f"{SOURCE.name}.{module}.queries")
    return getattr(getattr(queries, function, None), "is_named_list", False)
