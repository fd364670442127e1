"""What `/metrics` says, where it answers, and what it never says."""

import http.client
import re
import socket
import threading

import pytest
from django.test import Client
from django.utils import timezone

from duban.config import factories
from duban.config.metrics import LOOPBACK, Requests, page, serve
from duban.figures import commands as figures
from duban.kernel.authority import Actor
from duban.shell import measuring

SYSTEM = Actor.system("test")
LINE = re.compile(r'^[a-z_]+(?:\{(?:[a-z]+="[^"\\]*",?)+\})? -?[0-9.e+-]+$')


class TestRequests:
    def test_counts_by_route_method_and_status_with_durations(self):
        requests = Requests()
        for told in (b"tasks:detail GET 200 0.004", b"tasks:detail GET 200 0.3", b"tasks:detail POST 422 99"):
            requests.hear(told)
        lines = list(requests.lines())
        assert 'duban_request_seconds_bucket{route="tasks:detail",method="GET",status="200",le="0.01"} 1' in lines
        assert 'duban_request_seconds_bucket{route="tasks:detail",method="GET",status="200",le="0.5"} 2' in lines
        assert 'duban_request_seconds_sum{route="tasks:detail",method="GET",status="200"} 0.304' in lines
        assert 'duban_request_seconds_bucket{route="tasks:detail",method="POST",status="422",le="10.0"} 0' in lines
        assert 'duban_request_seconds_count{route="tasks:detail",method="POST",status="422"} 1' in lines

    @pytest.mark.parametrize("told", [b"", b"\xff\xfe", b"a b c", b"a GET 200 soon", b"a GET 200 1 2"])
    def test_leaves_out_what_it_cannot_read(self, told):
        requests = Requests()
        requests.hear(told)
        assert not [line for line in requests.lines() if not line.startswith("#")]


@pytest.mark.django_db
class TestPage:
    def test_says_the_state_in_numbers_and_nothing_that_people_wrote(self):
        tree = factories.build_tree(counties=1, townships=1, villages=1, branches=0)
        campaign = factories.make_campaign(root=tree.city, name="一场教育整顿")
        account = factories.make_person_with_account(unit=tree.city, role="office_clerk")
        figures.ensure_day(actor=SYSTEM, campaign_id=campaign.pk, today=timezone.localdate())
        text = page(requests=Requests())
        assert "duban_database_up 1" in text
        assert "duban_migrations_pending 0" in text
        assert f'duban_figures_days_behind{{campaign="{campaign.pk}"}} 0' in text
        assert 'duban_free_bytes{folder="files"}' in text
        assert "duban_jobs_waiting_seconds 0" in text
        assert "duban_writing_paused 0" in text
        assert re.search(r'duban_database_connections\{state="\w+"\} [1-9]', text)
        for line in text.splitlines():
            assert line.startswith("# ") or LINE.match(line), line
        for words in (tree.city.name, campaign.name, account.person.name, account.user.sign_in_name):
            assert words not in text


@pytest.fixture
def sender(monkeypatch):
    """This process has told nobody anything yet."""
    monkeypatch.setattr(measuring, "_sender", None)
    yield
    if measuring._sender is not None:
        measuring._sender[0].close()


@pytest.fixture
def metrics(settings, tmp_path, own_database):
    """The server beside this process, as `duban metrics` runs it; yields where it listens."""
    settings.HOME = tmp_path
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        settings.METRICS_PORT = probe.getsockname()[1]
    server = serve(port=settings.METRICS_PORT)
    running = threading.Thread(target=server.serve_forever)
    running.start()
    yield server.server_address
    server.shutdown()
    running.join()
    server.server_close()


def asked(server, path):
    """Ask the server and return status and text."""
    connection = http.client.HTTPConnection(server[0], server[1], timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


class TestServer:
    def test_hears_each_request_and_answers_on_its_own_port_only(self, metrics, sender):
        assert metrics[0] == "127.0.0.1"
        client = Client()
        client.get("/sign-in/?next=/tasks/7712377/")
        client.get("/no-such-page/7712377/")
        # The pages' own port knows nothing of it.
        assert client.get("/metrics").status_code == 404
        assert client.get("/metrics/").status_code == 404
        text = ""
        while 'route="none"' not in text:
            text = asked(metrics, "/metrics")[1]
        assert 'duban_request_seconds_count{route="accounts:sign-in",method="GET",status="200"} 1' in text
        assert "7712377" not in "".join(line for line in text.splitlines() if "request" in line)
        assert asked(metrics, "/")[0] == 404

    def test_says_so_when_the_database_is_away(self, metrics, settings, monkeypatch):
        from django.db import connections  # noqa: PLC0415 - this test alone turns it away

        monkeypatch.setitem(connections.settings["default"], "NAME", "no_such_database")
        text = asked(metrics, "/metrics")[1]
        assert "duban_database_up 0" in text


def test_a_request_costs_nothing_where_nobody_listens(settings, tmp_path, sender):
    settings.HOME, settings.METRICS_PORT = tmp_path, 9108
    measuring.tell(route="a", method="GET", status=200, seconds=0.1)
