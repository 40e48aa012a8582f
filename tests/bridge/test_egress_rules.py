"""What may be written in a request, and which addresses are asked: rules without a network."""

import pytest

from host.core.egress_rules import check_address, check_headers, read_url
from runtime.model import CallRefusedError
from tests.bridge.outside import HOST


class TestUrl:
    """Which addresses may be written."""

    @pytest.mark.parametrize(
        "url",
        [
            "http://api.lane.example/",
            "ftp://api.lane.example/",
            "https://other.lane.example/",
            "https://api.lane.example.evil.example/",
            "https://sub.api.lane.example/",
            "https://api.lane.example./",
            "https://API.lane.example/",
            "https://api.lane.example@evil.example/",
            "https://evil.example\\@api.lane.example/",
            "https://user:pass@api.lane.example/",
            "https://api.lane.example#@evil.example/",
            "https://api.lane.example/#part",
            "https://api.lane.example:80/",
            "https://api.lane.example:22/",
            "https://api.lane.example:99999/",
            "https://api.lane.example/a b",
            "https://api.lane.example/\r\nX: y",
            "https://api.lane.example/\x00",
            "https://api.lane.example/é",
            "https://api。lane.example/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://2130706433/",
            "https://localhost/",
            "//api.lane.example/",
            "https:///api.lane.example/",
            " https://api.lane.example/",
            "https://api.lane.example/\n",
        ],
    )
    def test_other_addresses_are_refused(self, url: str) -> None:
        """Only https, only the exact name that is declared, only its port, nothing ambiguous."""
        with pytest.raises(CallRefusedError) as refused:
            read_url(url, declared=[HOST], private_hosts={})

        assert refused.value.code == "network-refused"

    @pytest.mark.parametrize(
        ("url", "path"),
        [
            ("https://api.lane.example", "/"),
            ("https://api.lane.example:443/v1/a%20b?q=1&r=%E4%BD%A0", "/v1/a%20b?q=1&r=%E4%BD%A0"),
            ("https://api.lane.example?q=1", "/?q=1"),
        ],
    )
    def test_a_plain_address_is_sent_as_it_is_written(self, url: str, path: str) -> None:
        """Nothing in it is read in another way than it is sent."""
        target = read_url(url, declared=[HOST], private_hosts={})

        assert (target.host, target.port, target.path) == (HOST, 443, path)

    def test_another_port_is_the_operators_to_open(self) -> None:
        """Only for the host that the setting names with it."""
        url = "https://api.lane.example:8443/"

        assert read_url(url, declared=[HOST], private_hosts={HOST: 8443}).port == 8443
        with pytest.raises(CallRefusedError):
            read_url(url, declared=[HOST], private_hosts={"b.lane.example": 8443})


class TestAddresses:
    """Where a name may lead."""

    @pytest.mark.parametrize(
        "address",
        [
            *("0.0.0.1", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.8.8.8", "169.254.169.254"),
            *("172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1"),
            *("192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1"),
            *("239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16"),
            *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "fe80::1"),
            *("fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1", "ff02::1", "2001:db8::1"),
            *("64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:1::1", "100::1"),
            *("", "localhost", "0x7f000001", "127.1", "010.0.0.1"),
        ],
    )
    def test_an_address_that_leads_inside_is_refused(self, address: str) -> None:
        """Private, loopback, link-local, multicast, shared, mapped, documented, unreadable."""
        with pytest.raises(CallRefusedError) as refused:
            check_address(address, may_be_private=False)

        assert refused.value.code == "network-refused"

    @pytest.mark.parametrize("address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111"])
    def test_a_public_address_is_taken(self, address: str) -> None:
        """Both families."""
        check_address(address, may_be_private=False)

    @pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.8", "fd12::1", "8.8.8.8"])
    def test_the_operators_own_host_may_be_inside(self, address: str) -> None:
        """The setting opens private and loopback addresses for one name."""
        check_address(address, may_be_private=True)

    @pytest.mark.parametrize(
        "address",
        [
            "169.254.169.254",
            "::ffff:169.254.169.254",
            "fe80::1",
            "224.0.0.1",
            "fd00:ec2::254",
            "100.100.100.200",
        ],
    )
    def test_the_machines_own_service_is_never_asked(self, address: str) -> None:
        """The metadata of a cloud's machine stays shut even for the operator's own hosts."""
        with pytest.raises(CallRefusedError):
            check_address(address, may_be_private=True)


class TestHeaders:
    """What a program may say beside its request."""

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("X-A", "a\r\nHost: evil.example"),
            ("X-A", "a\nb"),
            ("X-A", "a\x00b"),
            ("X-A", " a"),
            ("X-A", "a\t"),
            ("X-A", "é"),
            ("X-A: b\r\nHost", "evil.example"),
            ("X A", "b"),
            ("X_A", "b"),
            (":authority", "evil.example"),
            ("", "b"),
            *((name, "x") for name in ("Host", "host", "Connection", "Transfer-Encoding", "TE")),
            *((name, "1") for name in ("Content-Length", "Upgrade", "Keep-Alive", "Trailer")),
            *((name, "x") for name in ("Proxy-Authorization", "Cookie", "User-Agent", "Via")),
            *((name, "x") for name in ("X-Forwarded-For", "Forwarded", "Metadata-Flavor")),
            *((name, "x") for name in ("Accept-Encoding", "Expect", "Sec-Fetch-Site", "Origin")),
            ("X-HTTP-Method-Override", "DELETE"),
            ("Authorization", "Bearer in-the-code"),
        ],
    )
    def test_a_header_that_is_the_hosts_is_refused(self, name: str, value: str) -> None:
        """Injection, hop by hop, who is asked, who is speaking, keys in code."""
        with pytest.raises(CallRefusedError) as refused:
            check_headers({name: value})

        assert refused.value.code == "network-refused"

    def test_a_header_stands_once(self) -> None:
        """In whatever case it is written."""
        with pytest.raises(CallRefusedError):
            check_headers({"X-Key": "a", "x-key": "b"})
        with pytest.raises(CallRefusedError):
            check_headers({"Authorization": {"secret": "A"}, "authorization": {"secret": "B"}})

    def test_a_crowd_of_headers_is_refused(self) -> None:
        """Twenty are enough."""
        with pytest.raises(CallRefusedError):
            check_headers({f"X-{number}": "a" for number in range(21)})
