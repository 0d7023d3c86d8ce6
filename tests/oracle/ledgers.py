"""What the app database says of points, tiers and invitations."""

from datetime import date
from itertools import pairwise

from tests.oracle.company import App, Company, Row, parse_moment
from tests.oracle.exclusions import Exclusions


def points_of(company: Company, apps: dict[str, App], excluded: Exclusions) -> dict[tuple, Row]:
    """`marts.fct_points_daily`, keyed by app, user and date."""
    rows: dict[tuple[str, str, date], Row] = {}
    for entry in company.points_ledger:
        app_id, user_id, moment = entry["app_id"], entry["user_id"], parse_moment(entry["occurred_at"])
        day = apps[app_id].local_date(moment)
        if moment <= company.as_of and not excluded.cover(app_id, user_id, day):
            row = rows.setdefault((app_id, user_id, day), {"earned": 0, "used": 0, "expired": 0})
            row[entry["entry_type"]] += int(entry["points"])
    balances: dict[tuple[str, str], int] = {}
    for (app_id, user_id, _), row in sorted(rows.items()):
        before = balances.get((app_id, user_id), 0)
        row["balance"] = before + row["earned"] - row["used"] - row["expired"]
        balances[app_id, user_id] = row["balance"]
    return dict(rows)


def tiers_of(company: Company, apps: dict[str, App], excluded: Exclusions) -> dict[tuple, Row]:
    """`marts.dim_user_tiers`, keyed by app, user and the moment (UTC, without zone) at which the tier began."""
    changes: dict[tuple[str, str], list] = {}
    for change in company.user_tier_changes:
        app_id, user_id, moment = change["app_id"], change["user_id"], parse_moment(change["changed_at"])
        if moment <= company.as_of and not excluded.cover(app_id, user_id, apps[app_id].local_date(moment)):
            changes.setdefault((app_id, user_id), []).append((moment, change["tier"]))
    rows: dict[tuple, Row] = {}
    for (app_id, user_id), history in changes.items():
        for (moment, tier), after in pairwise([*sorted(history), None]):
            valid_from = moment.replace(tzinfo=None)
            rows[app_id, user_id, valid_from] = {"valid_to": after and after[0], "tier": tier}
    return rows


def invitations_of(company: Company, apps: dict[str, App], excluded: Exclusions) -> dict[tuple, Row]:
    """`marts.fct_invitations`, keyed by app and invitation."""
    rows: dict[tuple, Row] = {}
    for row in company.invitations:
        app, invited_at = apps[row["app_id"]], parse_moment(row["invited_at"])
        accepted_at = parse_moment(row["accepted_at"]) if row.get("accepted_at") else None
        if accepted_at and accepted_at > company.as_of:
            accepted_at = None
        inviter, invitee = row["inviter_user_id"], row.get("invitee_user_id")
        if invited_at > company.as_of or excluded.cover(app.app_id, inviter, app.local_date(invited_at)):
            continue
        if invitee and excluded.cover(app.app_id, invitee, app.local_date(accepted_at or invited_at)):
            continue
        rows[app.app_id, row["invitation_id"]] = {
            "inviter_user_id": inviter,
            "invitee_user_id": invitee,
            "invited_at": invited_at,
            "accepted_at": accepted_at,
        }
    return rows


def chains_of(invitations: dict[tuple, Row]) -> dict[tuple, Row]:
    """`marts.fct_invitation_chains`, keyed by app and inviter: from each user up to whoever brought their bringers."""
    accepted = sorted(
        (row["accepted_at"], key[1], key[0], row["inviter_user_id"], row["invitee_user_id"])
        for key, row in invitations.items()
        if row["accepted_at"] and row["invitee_user_id"] not in (None, row["inviter_user_id"])
    )
    bringer: dict[tuple[str, str], tuple] = {}
    for moment, number, app_id, inviter, invitee in accepted:
        bringer.setdefault((app_id, invitee), (inviter, (moment, number)))
    below: dict[tuple[str, str], dict[str, int]] = {}
    for (app_id, user), (inviter, came) in bringer.items():
        steps, place = 1, inviter
        while True:
            if place != user:
                below.setdefault((app_id, place), {}).setdefault(user, steps)
            inviter, earlier = bringer.get((app_id, place), (None, None))
            if inviter is None or earlier >= came:
                break
            came, place, steps = earlier, inviter, steps + 1
    rows: dict[tuple, Row] = {}
    for app_id, inviter in {(key[0], row["inviter_user_id"]) for key, row in invitations.items()}:
        own = [
            row for key, row in invitations.items() if (key[0], row["inviter_user_id"]) == (app_id, inviter)
        ]
        users = below.get((app_id, inviter), {})
        rows[app_id, inviter] = {
            "brought_by_user_id": bringer.get((app_id, inviter), (None,))[0],
            "first_invited_at": min(row["invited_at"] for row in own),
            "invitations": len(own),
            "accepted_invitations": sum(row["accepted_at"] is not None for row in own),
            "direct_users": sum(steps == 1 for steps in users.values()),
            "chain_users": len(users),
            "chain_depth": max(users.values(), default=0),
        }
    return rows
