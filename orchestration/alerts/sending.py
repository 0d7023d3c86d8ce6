"""Sends a digest to each place once, and never at the cost of the run: through apprise, or to a chat bot itself.

OPS_ALERT_URLS: apprise URLs, separated by white space (feishu://…, dingtalk://…, wecombot://…, slack://…, mailtos://…).
They are secrets: only their scheme is ever logged. OPS_ALERT_LANGUAGE: zh (default) or en.
"""

import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from dagster import DagsterInstance

from ingestion.manifest import write_atomically
from ingestion.settings import Settings
from orchestration.alerts.chat_bots import NotDelivered, is_chat_bot, send
from orchestration.alerts.digest import Digest, compose
from orchestration.alerts.findings import Findings, of_failed_run, of_publication, why_no_report
from orchestration.defs.resources import ALERT_URLS
from orchestration.progress import progress
from orchestration.publication.swap import current_receipt
from orchestration.report.write import company_page

LANGUAGE = "OPS_ALERT_LANGUAGE"
#: Under the data folder: place (a hash of its URL) -> identity of the last digest that it took.
SENT = "alerts/sent.json"
_LOG = logging.getLogger(__name__)
#: They write URLs into their messages.
_TALKATIVE = ("apprise", "urllib3", "requests")


def alert(settings: Settings, instance: DagsterInstance, run_id: str) -> None:
    """At the end of a refresh. Whatever goes wrong here is logged and nothing else."""
    urls = os.environ.get(ALERT_URLS, "").split()
    if not urls:
        return
    try:
        receipt = current_receipt(settings.data_dir)
        if receipt is not None and receipt.run_id == run_id:
            findings = replace(of_publication(settings), no_report=why_no_report(instance, run_id))
        elif not (findings := of_failed_run(settings, instance, run_id)):
            return  # nothing changed: what is published was told when it was published
        for outcome in tell(settings.data_dir, findings, urls, os.environ):
            _LOG.info(outcome)
            progress.say(outcome)
    except Exception as error:  # noqa: BLE001 (an alert is no part of the run)
        # Of an unknown error the kind alone: its text may hold a URL.
        _LOG.warning("no alert was sent: unexpected %s", type(error).__name__)


def tell(data_dir: Path, findings: Findings, urls: list[str], environ: Mapping[str, str]) -> list[str]:
    """Send to every place that has not taken this digest; returns what happened, a line a place, without secrets."""
    sent = _read(data_dir / SENT)
    if not findings:
        if sent:  # what comes back after all was well is news again
            write_atomically(data_dir / SENT, "{}")
        return []
    language = "en" if environ.get(LANGUAGE) == "en" else "zh"
    is_written = not (findings.checks or findings.failed_steps or findings.no_report)
    page = company_page(data_dir) if is_written else None
    digest = compose(findings, language, str(page) if page else "")
    outcomes = []
    for number, url in enumerate(urls, 1):
        scheme = url.partition("://")[0][:20] if "://" in url else "no URL"
        name = f"alert {number} of {len(urls)} ({scheme})"
        place = sha256(url.encode()).hexdigest()[:16]
        if sent.get(place) == digest.identity:
            outcomes.append(f"{name}: says nothing new, not sent")
            continue
        try:
            _send(url, digest)
        except NotDelivered as error:
            why = f" ({error})" if str(error) else ""
            outcomes.append(f"{name}: not sent{why}, the next run tries again")
        else:
            sent[place] = digest.identity
            outcomes.append(f"{name}: sent")
    write_atomically(data_dir / SENT, json.dumps(sent, indent=1))
    return outcomes


def _send(url: str, digest: Digest) -> None:
    """Raises NotDelivered when the URL is no alert's, the place does not take it, or apprise is not installed."""
    with _silent():
        try:
            if is_chat_bot(url):
                send(url, f"{digest.title}\n{digest.body}")
                return
            import apprise

            place = apprise.Apprise()
            if not place.add(url):
                raise NotDelivered("no URL that apprise knows")
            if not place.notify(digest.body, title=digest.title, notify_type=apprise.NotifyType.WARNING):
                raise NotDelivered
        except ImportError:
            _LOG.warning(
                "%s is set, but apprise is not installed: pip install 'ops-warehouse[alerts]'", ALERT_URLS
            )
            raise NotDelivered("apprise is not installed") from None
        except NotDelivered:
            raise
        except Exception as error:  # noqa: BLE001 (a plugin's own error may hold its URL)
            raise NotDelivered(type(error).__name__) from None


@contextmanager
def _silent() -> Iterator[None]:
    """Loggers that would write a URL write nothing."""
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    loggers += [
        found
        for name, found in logging.root.manager.loggerDict.items()
        if isinstance(found, logging.Logger) and name.startswith(tuple(f"{talker}." for talker in _TALKATIVE))
    ]
    before = [(logger, logger.disabled) for logger in loggers]
    try:
        for logger in loggers:
            logger.disabled = True
        yield
    finally:
        for logger, disabled in before:
            logger.disabled = disabled


def _read(path: Path) -> dict[str, str]:
    """{} when nothing was sent yet, or the file is damaged: then a digest is sent once more."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
