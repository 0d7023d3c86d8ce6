"""A mail server on loopback: takes messages by SMTP, of whoever names himself."""

import email
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default


@contextmanager
def mail_server() -> Iterator[tuple[int, list[EmailMessage]]]:
    """(port, messages that arrived)."""
    messages: list[EmailMessage] = []

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 loopback")
            while line := self.rfile.readline().decode().strip():
                command = line[:4].upper()
                if command == "EHLO":
                    self._say("250-loopback", "250 AUTH PLAIN LOGIN")
                elif command == "AUTH":
                    self._say("235 welcome")
                elif command == "DATA":
                    self._say("354 go on")
                    text = b"".join(iter(self.rfile.readline, b".\r\n"))
                    messages.append(email.message_from_bytes(text, policy=default))  # type: ignore[arg-type]
                    self._say("250 taken")
                elif command == "QUIT":
                    self._say("221 bye")
                    return
                else:
                    self._say("250 well")

        def _say(self, *lines: str) -> None:
            self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1], messages
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
