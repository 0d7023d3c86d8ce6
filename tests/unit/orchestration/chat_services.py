"""飞书, 钉钉, 企业微信 and Slack on loopback: a proxy that ends TLS in their names, so that real requests reach it.

Their hosts are fixed in their URLs; a client that is told of the proxy and of its authority sends them here.
"""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOSTS = ("open.feishu.cn", "oapi.dingtalk.com", "qyapi.weixin.qq.com", "hooks.slack.com")


@dataclass(frozen=True)
class Asked:
    host: str
    path: str
    query: dict[str, list[str]]
    body: dict


@dataclass
class Services:
    """`answers`: host -> (HTTP status, body) of the next requests."""

    answers: dict[str, tuple[int, str]]
    environment: dict[str, str]
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def chat_services(folder: Path) -> Iterator[Services]:
    certificate = _certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    class Proxy(BaseHTTPRequestHandler):
        def do_CONNECT(self) -> None:
            self.host = self.path.partition(":")[0]
            self.send_response(200)
            self.end_headers()
            self.connection = context.wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb")
            self.wfile = self.connection.makefile("wb", buffering=0)  # type: ignore[assignment]
            self.handle_one_request()
            self.close_connection = True

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            where = urlsplit(self.path)
            services.asked.append(Asked(self.host, where.path, parse_qs(where.query), body))
            status, answer = services.answers[self.host]
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer.encode())))
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    environment = {
        "HTTPS_PROXY": f"http://127.0.0.1:{server.server_address[1]}",
        "REQUESTS_CA_BUNDLE": str(certificate),
        "NO_PROXY": "",
    }
    services = Services({}, environment)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield services
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _certificate(folder: Path) -> Path:
    """A key and a certificate for all hosts, that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "chat services of a test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "chat-services.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
