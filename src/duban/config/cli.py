"""The command line: one program, one sentence for every error, Django loaded only by the commands that need it."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from duban.kernel.errors import Refused

program = typer.Typer(
    name="duban",
    help="Duban 督办: carries a campaign from the first speech to the last closed problem.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
audit_commands = typer.Typer(help="The append-only record.", no_args_is_help=True)
program.add_typer(audit_commands, name="audit")

UNREADABLE = 2
REFUSED = 1
DEFAULT_PORT = 8000
LARGEST_INPUT = 20 * 1024 * 1024


def main() -> None:
    """Run the command line; a refusal is one sentence on stderr and exit status 1."""
    try:
        program()
    except Refused as refusal:
        _fail(str(refusal), REFUSED)


def _fail(sentence: str, status: int) -> NoReturn:
    sys.stderr.write(f"duban: {sentence}\n")
    raise SystemExit(status)


def _plain_settings() -> None:
    """Let sentences be spoken without the settings of an installation."""
    from django.conf import settings

    if not settings.configured and "DJANGO_SETTINGS_MODULE" not in os.environ:
        settings.configure(USE_I18N=False)


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "duban.config.settings")
    import django

    try:
        django.setup()
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the settings is told in one sentence
        _fail(str(error), REFUSED)


@program.command()
def outline(
    file: Annotated[str, typer.Argument(help="A .txt, .docx or .pdf with text; - reads text from standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print only JSON on standard output.")] = False,
) -> None:
    """Read the outline of a speech or notice: points, requirements, who, by when. Needs no database."""
    _plain_settings()
    from duban.directives.extraction import extract_text
    from duban.directives.outline import read_outline

    try:
        content = sys.stdin.buffer.read(LARGEST_INPUT + 1) if file == "-" else Path(file).read_bytes()
        extracted = extract_text(content=content, file_name="-.txt" if file == "-" else Path(file).name)
        found = read_outline(text=extracted.text)
    except OSError as error:
        _fail(f"{file} cannot be read: {error.strerror}.", UNREADABLE)
    except Refused as refusal:
        _fail(str(refusal), UNREADABLE)
    if as_json:
        sys.stdout.write(json.dumps(found.as_json(), ensure_ascii=False, indent=1) + "\n")
        return
    _print_outline(found.as_json())


def _print_outline(found: dict[str, Any]) -> None:
    print(found["title"] or "(no title)")

    def show(nodes: list[dict[str, Any]], depth: int) -> None:
        for node in nodes:
            said = " · ".join(str(node[key]) for key in ("responsible", "deadline", "quantity") if node.get(key))
            print(
                f"{'  ' * depth}{node['marker'] or '·'} {node['title']} [{node['kind']}]{' — ' + said if said else ''}"
            )
            show(node["children"], depth + 1)

    show(found["sections"], 1)
    for task in found["explicit_tasks"]:
        said = " · ".join(str(task[key]) for key in ("responsible", "deadline", "quantity") if task.get(key))
        print(f"  → {task['text']}{' — ' + said if said else ''}")
    for warning in found["warnings"]:
        print(f"  ! {warning['message'] if isinstance(warning, dict) else warning}")


@program.command()
def due(
    text: Annotated[str, typer.Argument(help="A deadline as papers write it, such as 6月底前.")],
    on: Annotated[str, typer.Option("--on", help="The date of the paper, YYYY-MM-DD.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print only JSON on standard output.")] = False,
    exclusive: Annotated[bool, typer.Option("--exclusive", help="前 excludes the day itself.")] = False,
) -> None:
    """Read a Chinese deadline. Needs no database."""
    _plain_settings()
    from duban.workdays.expressions import read_due, seeded_calendar

    try:
        day = date.fromisoformat(on) if on else None
    except ValueError:
        _fail(f"{on} is not a date; write it as 2026-03-02.", UNREADABLE)
    found = read_due(text=text, on=day, calendar=seeded_calendar(), inclusive_before=not exclusive)
    if as_json:
        print(json.dumps(found.as_dict(), ensure_ascii=False))
    else:
        print(f"{found.kind}: {found.start or '…'} – {found.end or '…'} {found.period or ''}".rstrip())


@program.command()
def migrate() -> None:
    """Bring the database up to date and grant the application's role its rights. Needs DATABASE_OWNER_URL."""
    os.environ["DUBAN_AS_OWNER"] = "1"
    if not os.environ.get("DATABASE_OWNER_URL"):
        _fail("DATABASE_OWNER_URL is not set: migrations run as the owner of the database.", REFUSED)
    _django()
    from duban.config import migrating

    migrating.migrate(verbosity=0)
    print("The database is up to date.")


@program.command()
def demo(
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Do nothing where units exist already.")] = False,
    size: Annotated[str, typer.Option("--size", help="full (602 units) or small (about 40 units).")] = "full",
) -> None:
    """Fill an empty database with the invented city 澜川市."""
    _command(lambda at, actor: _demo(at, actor, if_empty=if_empty, size=size))


def _demo(at: Any, actor: Any, *, if_empty: bool, size: str) -> None:
    from duban.config.demo.filling import fill_demo

    filled = fill_demo(actor=actor, at=at, size=size, only_if_empty=if_empty, say=print)
    if filled:
        print("The demonstration city is ready.")


@program.command("import-units")
def import_units(
    file: Annotated[Path, typer.Argument(help="A .xlsx or .csv of units.")],
    below: Annotated[
        int, typer.Option("--below", help="Number of the unit below which they go; default: the top.")
    ] = 0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    errors_to: Annotated[Path | None, typer.Option("--errors-to", help="Where the marked workbook goes.")] = None,
) -> None:
    """Import units: all of the file, or nothing of it."""
    _command(lambda at, actor: _import_units(at, actor, file, below, dry_run, errors_to))


def _import_units(at: Any, actor: Any, file: Path, below: int, dry_run: bool, errors_to: Path | None) -> None:
    from django.utils import timezone

    from duban.organisation import commands, queries

    root = queries.get_unit(actor=actor, unit_id=below) if below else queries.top_unit(actor=actor)
    received = commands.receive_import(
        actor=actor, root_id=root.pk, file_name=file.name, content=file.read_bytes(), at=at
    )
    received = commands.check_import(actor=actor, import_id=received.pk, at=at)
    if received.errors:
        if errors_to is not None:
            errors_to.write_bytes(queries.marked_import(actor=actor, import_id=received.pk, on=timezone.localdate(at)))
        first = received.errors[0]
        raise SystemExit(_said(f"{len(received.errors)} errors; the first: row {first['row']}: {first['message']}"))
    print(json.dumps(received.outcome, ensure_ascii=False))
    if not dry_run:
        commands.take_over_import(actor=actor, import_id=received.pk, at=at)


def _said(sentence: str) -> int:
    sys.stderr.write(f"duban: {sentence}\n")
    return REFUSED


@program.command()
def recount() -> None:
    """Count every figure again from the records; exit status 1 if a kept figure differed."""
    _command(_recount)


def _recount(at: Any, actor: Any) -> None:
    from duban.campaigns import queries as campaigns
    from duban.figures import commands as figures

    wrong = 0
    for campaign in campaigns.visible_campaigns(actor=actor):
        differing = figures.recount_all(actor=actor, campaign_id=campaign.pk, at=at)
        wrong += sum(differing.values())
        print(f"{campaign.name}: {json.dumps(differing)}")
    if wrong:
        raise SystemExit(_said(f"The kept figures of {wrong} units differed and are right now."))


@program.command()
def check() -> None:
    """Prove that the tree is whole, papers have no gaps and everything open has an owner; each fault is a line, status 1."""
    _command(_check)


def _check(at: Any, actor: Any) -> None:
    from django.utils import timezone

    from duban.config import migrating
    from duban.organisation import queries
    from duban.papers import queries as papers

    faults = [
        *queries.check_tree(actor=actor),
        *queries.check_owners(actor=actor, on=timezone.localdate(at)),
        *papers.gaps(actor=actor),
        *filter(None, [migrating.refuse_owner()]),
    ]
    for fault in faults:
        print(fault)
    if faults:
        raise SystemExit(REFUSED)
    print("The unit tree is whole, and everything open has an owner.")


@audit_commands.command("verify")
def audit_verify() -> None:
    """Read the whole record and verify it; exit status 1 if something is wrong."""
    _command(_audit_verify)


def _audit_verify(at: Any, actor: Any) -> None:
    from duban.audit import queries

    found = queries.verify(actor=actor)
    print(
        json.dumps(
            {
                "rows": found.rows,
                "transactions": found.transactions,
                "first_id": found.first_id,
                "last_id": found.last_id,
                "missing_ids": found.missing_ids,
                "sealed": found.sealed,
                "faults": found.fault_count,
            }
        )
    )
    for event_id, sentence in found.faults:
        print(f"{event_id}: {sentence}")
    if not found.is_whole:
        raise SystemExit(REFUSED)


@program.command("create-administrator")
def create_administrator(
    sign_in_name: Annotated[str, typer.Argument(help="The name to sign in with.")],
    name: Annotated[str, typer.Option("--name", help="The person's name.", prompt=True)],
    unit: Annotated[str, typer.Option("--unit", help="Name of the top unit, made if there is none.")] = "",
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)] = "",
) -> None:
    """Make the first sign-in: a security administrator, who opens all other accounts."""
    _command(lambda at, actor: _create_administrator(at, actor, sign_in_name, name, unit, password))


def _create_administrator(at: Any, actor: Any, sign_in_name: str, name: str, unit: str, password: str) -> None:
    from duban.config.first_sign_in import create_first_administrator

    create_first_administrator(
        actor=actor, sign_in_name=sign_in_name, name=name, unit_name=unit, password=password, at=at
    )
    print(f"{sign_in_name} can sign in now.")


@program.command()
def worker() -> None:
    """Work off the jobs until told to stop."""
    _django()
    from duban.config.worker import work

    work()


@program.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The archive, a .zip; it must not exist yet.")],
    verify: Annotated[
        bool, typer.Option("--verify", help="Write nothing: read an archive, compare every hash.")
    ] = False,
    with_secrets: Annotated[bool, typer.Option("--with-secrets", help="Also the key that signs sessions.")] = False,
) -> None:
    """Write everything into one archive, while people go on working. Needs DATABASE_OWNER_URL or the embedded database."""
    if verify:
        from duban.config.backup import archive

        whole = archive.verify(path=file)
        print(f"Whole: taken {whole.taken_at}, {sum(whole.rows.values())} rows, {len(whole.files)} files.")
        return
    with _as_owner(is_new=False) as (owner_url, home):
        _django()
        from django.utils import timezone

        from duban.config.backup.taking import take
        from duban.kernel.authority import Actor
        from duban.upkeep import commands

        at = timezone.now()
        taken = take(owner_url=owner_url, home=home, path=file, has_secrets=with_secrets, at=at, say=print)
        rows, files = sum(taken.manifest.rows.values()), len(taken.manifest.files)
        commands.note_backup(
            actor=Actor.system("backup"),
            taken_at=at,
            size=taken.size,
            rows=rows,
            files=files,
            sha256=taken.sha256,
            has_secrets=with_secrets,
            at=timezone.now(),
        )
        _close_connections()
    print(f"Taken: {rows} rows, {files} files, {taken.size // 1024} KB, sha256 {taken.sha256}.")
    if taken.manifest.missing_files:
        names = " ".join(taken.manifest.missing_files)
        _fail(f"The archive is whole, but these files were missing or damaged before: {names}", REFUSED)


@program.command()
def restore(file: Annotated[Path, typer.Argument(help="The archive.")]) -> None:
    """Fill an empty database and an empty DUBAN_HOME from an archive, and compare every figure: all of it, or nothing."""
    from duban.config.backup import archive
    from duban.config.secret_files import read_or_make_secret

    # Before anything is made: what cannot be restored leaves no trace.
    print("Reading the backup from beginning to end …")
    archive.verify(path=file)
    home = _home()
    written = archive.put_secrets(path=file, home=home)
    key = home / "secrets" / "secret_key"
    is_key_new = not key.exists() and "DUBAN_SECRET_KEY_FILE" not in os.environ
    try:
        if is_key_new:
            read_or_make_secret(home=home, name="secret_key")
            written.append(key)
        with _as_owner(is_new=True) as (owner_url, _home_folder):
            _django()
            from django.conf import settings
            from django.utils import timezone

            from duban.config.backup import restoring

            done = restoring.restore(owner_url=owner_url, files=settings.FILES, path=file, at=timezone.now(), say=print)
            _close_connections()
    except BaseException:
        for secret in written:
            secret.unlink(missing_ok=True)
        raise
    print(
        f"Restored: {sum(done.manifest.rows.values())} rows and {len(done.manifest.files)} files as of {done.manifest.taken_at};"
    )
    print("every table, every figure and every file is as the backup says.")
    if is_key_new:
        print("A new secret key was made: everybody signs in again.")
    if done.record_faults:
        _fail(
            f"The record of changes had {done.record_faults} faults when the backup was taken: duban audit verify",
            REFUSED,
        )


def _home() -> Path:
    return Path(os.environ.get("DUBAN_HOME", Path.cwd() / "build" / "home")).absolute()


@contextmanager
def _as_owner(*, is_new: bool) -> Iterator[tuple[str, Path]]:
    """Work as the owner of the database; an embedded one that does not run is started for as long as it takes."""
    from duban.config import embedded

    home = _home()
    owner_url, running = os.environ.get("DATABASE_OWNER_URL", ""), None
    if not owner_url and os.environ.get("DATABASE_URL"):
        _fail("DATABASE_OWNER_URL is not set: this is done as the owner of the database.", REFUSED)
    if not owner_url:
        if not is_new and not embedded.has_data(home=home):
            _fail(f"There is nothing to back up in {home}.", REFUSED)
        owner_url = embedded.running_owner_url(home=home)
    if not owner_url:
        running = embedded.start(home=home, progress=print)
        owner_url = running.owner_url
    os.environ.update(DUBAN_AS_OWNER="1", DATABASE_OWNER_URL=owner_url, DUBAN_HOME=str(home))
    try:
        yield owner_url, home
    finally:
        if running is not None:
            running.stop()


def _close_connections() -> None:
    from django.db import connections

    connections.close_all()


@program.command()
def retention(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed.")] = False,
) -> None:
    """Remove what has been kept long enough, as the worker does each night, and say how much of what."""
    _django()
    from django.utils import timezone, translation

    from duban.config.job_context import SYSTEM, told_who
    from duban.kernel.authority import Actor
    from duban.upkeep import commands, queries

    actor, at = Actor.system("command line"), timezone.now()
    with told_who(user_id=SYSTEM), translation.override("en"):
        removed = {} if dry_run else commands.clear_all(actor=actor, at=at)
        for line in queries.retention(actor=actor, at=at):
            said = f"{line.overdue} to be removed" if dry_run else f"{removed[line.name]} removed"
            last = f", last run {timezone.localtime(line.ran_at):%Y-%m-%d %H:%M}" if line.ran_at else ""
            print(f"{line.name}: kept {line.kept_words}, {said}{last}")


@program.command()
def metrics() -> None:
    """Answer /metrics on DUBAN_METRICS_PORT of this machine; `duban serve` starts it by itself."""
    _django()
    from django.conf import settings

    from duban.config.metrics import serve as listen

    if not settings.METRICS_PORT:
        _fail("DUBAN_METRICS_PORT is not set.", REFUSED)
    try:
        listen(port=settings.METRICS_PORT).serve_forever()
    except OSError as trouble:
        _fail(f"Port {settings.METRICS_PORT} cannot be used: {trouble.strerror}.", REFUSED)


@program.command()
def run(
    port: Annotated[int, typer.Option("--port", envvar="PORT", help="Port on loopback.")] = DEFAULT_PORT,
) -> None:
    """Try it on this machine: database, web and jobs, with an invented city. Loopback only."""
    from duban.config import supervisor
    from duban.config.embedded import CannotStart

    home = Path(os.environ.get("DUBAN_HOME", Path.cwd() / "build" / "home"))
    steps = [
        supervisor.Step("Bringing the tables up to date", supervisor.duban_command("migrate"), as_owner=True),
        supervisor.Step("Building the demonstration city", supervisor.duban_command("demo", "--if-empty")),
    ]
    try:
        status = supervisor.run_all(home=home, port=port, steps=steps, ready=_tell_sign_ins)
    except CannotStart as refusal:
        _fail(str(refusal), REFUSED)
    raise SystemExit(status)


def _tell_sign_ins(address: str) -> None:
    from duban.config.demo.sign_ins import PASSWORD, sign_ins

    print(f"\n演示数据，地名、单位、人名均为虚构. All passwords: {PASSWORD}\n")
    for sign_in, person in sign_ins():
        print(f"  {sign_in:<14} {person}")
    print(f"\n{address}", flush=True)


@program.command()
def serve(
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", envvar="PORT", help="Port to listen on.")] = DEFAULT_PORT,
    workers: Annotated[int, typer.Option("--workers", help="Job processes.")] = 1,
) -> None:
    """Serve real work with the database of DATABASE_URL; refuses whatever belongs to a trial."""
    os.environ.setdefault("DUBAN_ENV", "production")
    _django()
    from duban.config import supervisor
    from duban.config.embedded import CannotStart
    from duban.config.production import refusals

    sentences = refusals(host=host)
    if sentences:
        for sentence in sentences:
            sys.stderr.write(f"duban: {sentence}\n")
        raise SystemExit(REFUSED)
    from django.conf import settings
    from django.db import connections

    connections.close_all()
    try:
        status = supervisor.run_all(
            home=settings.HOME,
            port=port,
            host=host,
            workers=[supervisor.duban_command("worker")] * workers,
            database_url=os.environ["DATABASE_URL"],
        )
    except CannotStart as refusal:
        _fail(str(refusal), REFUSED)
    raise SystemExit(status)


def _command(call: Callable[[Any, Any], None]) -> None:
    """Run one call as the system, in one transaction that first says who asks."""
    _django()
    from django.db import OperationalError, connection, transaction
    from django.utils import timezone

    from duban.kernel.authority import Actor

    failed: int | str | None = None
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('app.uid', '0', true)")
            try:
                call(timezone.now(), Actor.system("command line"))
            except SystemExit as told:
                failed = told.code
    except OperationalError as error:
        _fail(f"The database cannot be reached: {str(error).splitlines()[0]}", REFUSED)
    if failed:
        raise SystemExit(failed)
