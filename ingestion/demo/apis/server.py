"""The HTTP server of the emulated APIs: 127.0.0.1, any free port, for the time of a `with` block."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ingestion.demo.apis.app_store import AppStore
from ingestion.demo.apis.baidu_ads import BaiduAds
from ingestion.demo.apis.douyin import Douyin
from ingestion.demo.apis.exchange import Answer, Emulator, Request
from ingestion.demo.apis.faults import Fault, FaultPlan, Kind
from ingestion.demo.apis.ga4 import Ga4
from ingestion.demo.apis.google_ads import GoogleAds
from ingestion.demo.apis.google_play import GooglePlay
from ingestion.demo.apis.kuaishou_ads import KuaishouAds
from ingestion.demo.apis.meta_ads import MetaAds
from ingestion.demo.apis.ocean_engine import OceanEngine
from ingestion.demo.apis.tencent_ads import TencentAds
from ingestion.demo.apis.tiktok_ads import TikTokAds
from ingestion.demo.apis.wechat import Wechat
from ingestion.demo.apis.xiaohongshu_ads import XiaohongshuAds

#: Ad platform → its emulator, made of the platform's part of ads.json, the as-of moment and the page size.
AD_EMULATORS: dict[str, Callable[[dict[str, Any], datetime, int], Emulator]] = {
    "google_ads": GoogleAds,
    "meta_ads": MetaAds,
    "tiktok_ads": TikTokAds,
    "ocean_engine": OceanEngine,
    "tencent_ads": TencentAds,
    "baidu_ads": BaiduAds,
    "xiaohongshu_ads": XiaohongshuAds,
    "kuaishou_ads": KuaishouAds,
}

DEFAULT_PAGE_SIZE = 200


@contextmanager
def serve(
    company_dir: Path, as_of: datetime, faults: Sequence[Fault] = (), page_size: int = DEFAULT_PAGE_SIZE
) -> Iterator[str]:
    """Serve the state files of `company_dir` as they stood at `as_of` (aware). Yields the base URL.

    Routes: <base>/<ad platform>, <base>/wechat_official_account (also /wechat), <base>/douyin, <base>/ga4,
    <base>/app_store, <base>/google_play.
    """
    ads, wechat = _state(company_dir / "ads.json"), _state(company_dir / "wechat.json")
    channels = _state(company_dir / "channels.json")
    channel = Wechat(wechat, as_of)
    emulators: dict[str, Emulator] = {
        **{name: start(ads.get(name, {}), as_of, page_size) for name, start in AD_EMULATORS.items()},
        "wechat_official_account": channel,
        "wechat": channel,
        "douyin": Douyin(channels.get("douyin", {}), as_of),
        "ga4": Ga4(channels.get("ga4", {}), as_of, page_size),
        "app_store": AppStore(channels.get("app_store", {}), as_of, page_size),
        "google_play": GooglePlay(channels.get("google_play", {}), as_of, page_size),
    }
    server = _Server(emulators, FaultPlan(faults))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _state(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, emulators: dict[str, Emulator], plan: FaultPlan) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.emulators, self.plan = emulators, plan
        self.stopping = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Else each answer waits 40 ms for the client's delayed acknowledgement.
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: a run's terminal shows the run."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        _, platform, *rest = parts.path.split("/")
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, "/" + "/".join(rest), query, headers, body)
        fault = self.server.plan.next_fault(self.path, body.decode("utf-8", "replace"))
        kind = fault.kind if fault else None
        emulator = self.server.emulators.get(platform)
        if fault is not None and fault.kind == "rate_limit":
            answer = Answer({"error": "too many requests"}, 429, {"Retry-After": f"{fault.seconds:.0f}"})
        elif kind == "bare_rate_limit":
            answer = Answer({"error": "too many requests"}, 429)
        elif kind == "server_error":
            answer = Answer({"error": "internal"}, 500)
        elif kind == "forbidden":
            answer = Answer({"error": "forbidden"}, 403)
        elif emulator is None:
            answer = Answer({"error": "no such platform"}, 404)
        else:
            answer = emulator.answer(request, kind)
        if fault is not None and fault.kind == "time_out":
            self.server.stopping.wait(fault.seconds)
        self._send(answer, kind)

    def _send(self, answer: Answer, kind: Kind | None) -> None:
        is_file = isinstance(answer.body, bytes)
        content = answer.body if is_file else json.dumps(answer.body, ensure_ascii=False).encode()
        self.send_response(answer.status)
        # WeChat sends its JSON as text/plain; a client must not rely on the content type.
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(content)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            if kind == "trickle":
                for byte in content:
                    self.wfile.write(bytes([byte]))
                    if self.server.stopping.wait(0.05):
                        break
            else:
                self.wfile.write(content[: len(content) // 2] if kind == "cut_body" else content)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client has stopped waiting
        if kind in ("cut_body", "trickle"):
            self.close_connection = True
