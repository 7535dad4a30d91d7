"""A directory of a small company on the loopback interface: ldaptor's LDAP server, an implementation that is not ours.

Run as a program: prints its port and serves until its standard input closes. Given a certificate file, it offers StartTLS.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

BASE = "dc=northwind,dc=example"
SERVICE = f"cn=keystead,{BASE}"
GROUP = f"cn=sales,{BASE}"
PEOPLE = {
    "Nina Nunes": {"mail": "nina@northwind.example", "memberOf": GROUP},
    "Alice Alvarez": {"mail": "alice@northwind.example", "memberOf": GROUP},
    "Otto Outside": {"mail": "otto@northwind.example"},
    "Twin One": {"mail": "twin@northwind.example", "memberOf": GROUP},
    "Twin Two": {"mail": "twin@northwind.example", "memberOf": GROUP},
}
PASSWORD = "the directory's own secret"


@contextmanager
def running(certificate: str = "") -> Iterator[int]:
    """The port of a directory that ends with the block."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.support.directory_server", certificate]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.stdin.close()
            server.wait(10)


def main(certificate: str) -> None:
    from ldaptor.inmemory import ReadOnlyInMemoryLDAPEntry
    from ldaptor.interfaces import IConnectedLDAPEntry
    from ldaptor.protocols import pureldap
    from ldaptor.protocols.ldap.ldapserver import LDAPServer
    from twisted.internet import reactor, ssl, stdio
    from twisted.internet.protocol import Protocol, ServerFactory
    from twisted.python.components import registerAdapter

    if certificate:
        with open(certificate) as pem:
            options = ssl.PrivateCertificate.loadPEM(pem.read()).options()
    root = ReadOnlyInMemoryLDAPEntry("dc=example", {"objectClass": ["dcObject"]})
    company = root.addChild("dc=northwind", {"objectClass": ["dcObject"]})
    company.addChild("cn=keystead", {"objectClass": ["person"], "cn": ["keystead"], "userPassword": [PASSWORD]})
    for name, given in PEOPLE.items():
        attributes = {key: [value] for key, value in given.items()}
        company.addChild(f"cn={name}", {"objectClass": ["person"], "cn": [name], "userPassword": [PASSWORD], **attributes})

    class Server(LDAPServer):
        """ldaptor's server knows no StartTLS; the one answer that it lacks."""

        def handle_LDAPExtendedRequest(self, request, controls, reply):  # type: ignore[no-untyped-def]  # noqa: N802
            if certificate and request.requestName == pureldap.LDAPStartTLSRequest.oid:
                reply(pureldap.LDAPStartTLSResponse(resultCode=0))
                self.transport.startTLS(options)
                return None
            return super().handle_LDAPExtendedRequest(request, controls, reply)

    class Factory(ServerFactory):
        protocol = Server
        debug = False

    class UntilClosed(Protocol):
        def connectionLost(self, reason: object = None) -> None:  # noqa: N802 - the interface is Twisted's
            reactor.stop()

    registerAdapter(lambda _factory: root, Factory, IConnectedLDAPEntry)
    factory = Factory()
    port = reactor.listenTCP(0, factory, interface="127.0.0.1")
    stdio.StandardIO(UntilClosed())
    print(port.getHost().port, flush=True)  # how it tells
    reactor.run()


if __name__ == "__main__":
    main(sys.argv[1])
