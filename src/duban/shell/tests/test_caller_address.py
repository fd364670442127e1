"""From where somebody asks, with and without a server in front."""

import ipaddress

import pytest
from django.test import RequestFactory

from duban.shell.requests import caller_address

PROXY = "192.0.2.10"
SECOND_PROXY = "10.20.0.7"
CALLER = "203.0.113.5"


@pytest.fixture
def behind(settings) -> None:
    settings.TRUSTED_PROXIES = [ipaddress.ip_network(PROXY), ipaddress.ip_network("10.20.0.0/24")]


def asked(peer: str, forwarded: str | None = None) -> str:
    request = RequestFactory().get("/", REMOTE_ADDR=peer)
    if forwarded is not None:
        request.META["HTTP_X_FORWARDED_FOR"] = forwarded
    return caller_address(request)


def test_without_trusted_proxies_the_peer_counts_whatever_it_says(settings) -> None:
    assert settings.TRUSTED_PROXIES == []
    assert asked(PROXY, CALLER) == PROXY


def test_a_header_from_any_other_peer_is_not_read(behind: None) -> None:
    assert asked("198.51.100.99", CALLER) == "198.51.100.99"
    assert asked("", CALLER) == ""


def test_behind_a_proxy_the_rightmost_address_that_is_none_counts(behind: None) -> None:
    assert asked(PROXY, CALLER) == CALLER
    assert asked(f"::ffff:{PROXY}", CALLER) == CALLER
    # What the caller wrote before the proxy added theirs is not looked at.
    assert asked(PROXY, f"198.51.100.1, {CALLER}") == CALLER
    assert asked(PROXY, f"198.51.100.1,{CALLER}, {SECOND_PROXY}") == CALLER


def test_a_proxy_that_says_nothing_that_can_be_read_counts_itself(behind: None) -> None:
    assert asked(PROXY) == PROXY
    assert asked(PROXY, "unknown") == PROXY
    assert asked(PROXY, f"{CALLER}, unknown") == PROXY
