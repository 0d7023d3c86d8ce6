"""A real headless Chromium that looks at a page as a person would, spoken to over the DevTools protocol."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_SECONDS = 60
#: Elements whose text is wider than they are, drawn outside the window, or cut off; scrolling boxes may be.
OVERFLOWS = """(() => {
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push("the page scrolls sideways");
  for (const element of document.querySelectorAll("body *")) {
    if (!element.offsetParent && !(element instanceof SVGElement)) continue;
    if (element.closest(".scroll, svg.marks defs, .spark")) continue;
    const words = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!words) continue;
    const box = element.getBoundingClientRect();
    if (box.width === 0) continue;
    const says = element.textContent.trim().slice(0, 40);
    if (box.left < -0.5 || box.right > innerWidth + 0.5) found.push(`outside the window: ${says}`);
    const inner = element instanceof HTMLElement && element.clientWidth;
    if (inner && element.scrollWidth > inner + 1) found.push(`too wide: ${says}`);
    const chart = element.closest(".chart");
    if (chart && element instanceof SVGElement) {
      const frame = chart.getBoundingClientRect();
      if (box.left < frame.left - 1.5 || box.right > frame.right + 1.5) found.push(`outside its chart: ${says}`);
    }
  }
  return found;
})()"""


def find_chromium() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """One tab without any network. `complaints`: console errors, exceptions and every request for another file."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0
        self.complaints: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")
        offline = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
        self.send("Network.emulateNetworkConditions", **offline)

    def send(self, method: str, **parameters: object) -> dict[str, Any]:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv(PATIENCE_SECONDS))
            if message.get("id") == self._number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return dict(message.get("result", {}))
            self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        method, facts = message.get("method", ""), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            details = facts["exceptionDetails"]
            self.complaints.append(str(details.get("exception", {}).get("description") or details["text"]))
        elif method == "Runtime.consoleAPICalled" and facts["type"] in ("error", "warning", "assert"):
            words = [str(part.get("value", part.get("description"))) for part in facts["args"]]
            self.complaints.append(" ".join(words))
        elif method == "Log.entryAdded" and facts["entry"]["level"] in ("error", "warning"):
            self.complaints.append(facts["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            url = facts["request"]["url"]
            if facts["type"] != "Document" and not url.startswith("data:"):
                self.complaints.append(f"asks for {url}")

    def open(self, page: Path, *, width: int, language: str, dark: bool = False) -> None:
        """Open the page in a window of that width, high enough for all of it, and wait until its charts stand."""
        self.complaints.clear()
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.send("Emulation.setEmulatedMedia", features=scheme)
        self._size(width, 900)
        self.send("Page.navigate", url="about:blank")
        self.send("Page.navigate", url=f"{page.as_uri()}#{language}")
        self._wait("location.protocol === 'file:' && document.readyState === 'complete'")
        height = self.run("document.documentElement.scrollHeight")
        self._size(width, int(height) + 600)  # lazily drawn charts come into view
        shown = "[...document.querySelectorAll('.chart')].filter((chart) => chart.offsetParent)"
        self._wait(f"{shown}.every((chart) => chart.dataset.drawn === 'yes')")

    def visit(self, url: str, words: Sequence[str], *, width: int, height: int) -> str:
        """Open a page of a server of this machine and wait until it shows all the words; its text."""
        self.complaints.clear()
        self.send(
            "Network.emulateNetworkConditions",
            offline=False,
            latency=0,
            downloadThroughput=-1,
            uploadThroughput=-1,
        )
        self._size(width, height)
        self.send("Page.navigate", url=url)
        self._wait(f"{json.dumps(list(words))}.every((it) => document.body?.innerText.includes(it))")
        return str(self.run("document.body.innerText"))

    def settle(self, seconds: float = 20) -> None:
        """Wait until the page says and draws the same for two seconds: a page that asks its server fills up."""
        shown = "document.body.innerText + document.querySelectorAll('svg *').length"
        deadline, since, before = time.monotonic() + seconds, time.monotonic(), ""
        while time.monotonic() < min(deadline, since + 2):
            if (now := str(self.run(shown))) != before:
                since, before = time.monotonic(), now
            time.sleep(0.2)

    def _size(self, width: int, height: int) -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.send("Emulation.setDeviceMetricsOverride", **metrics)

    def _wait(self, condition: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.run(condition):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{condition}: never, {self.complaints[:3]}")
            time.sleep(0.05)

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression, as JSON."""
        answer = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def screenshot(self, path: Path, *, height: int | None = None) -> None:
        """Of the whole page, or of its first `height` pixels."""
        width, full = self.run("[innerWidth, document.documentElement.scrollHeight]")
        clip = {"x": 0, "y": 0, "width": width, "height": height or full, "scale": 1}
        answer = self.send("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(answer["data"]))


@contextmanager
def open_browser(chromium: str) -> Iterator[Browser]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [
            chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--hide-scrollbars", "--force-color-profile=srgb", "--disable-background-networking",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--remote-debugging-port=0",
            f"--user-data-dir={profile}", "about:blank",
        ]  # fmt: skip
        quiet = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": "disabled:", "TMPDIR": profile}
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=quiet)
        try:
            with connect(
                _tab(Path(profile)), max_size=None, open_timeout=PATIENCE_SECONDS, ping_interval=None
            ) as socket:
                yield Browser(socket)
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


def _tab(profile: Path) -> str:
    """The address of the first tab: the browser writes its port into its profile."""
    from urllib.request import urlopen

    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            port = (profile / "DevToolsActivePort").read_text().splitlines()[0]
            with urlopen(f"http://127.0.0.1:{port}/json/list") as answer:
                pages = [tab for tab in json.load(answer) if tab["type"] == "page"]
            if pages:
                return str(pages[0]["webSocketDebuggerUrl"])
        except (OSError, IndexError):
            pass
        time.sleep(0.05)
    raise TimeoutError("the browser did not start")
