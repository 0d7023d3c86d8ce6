"""The daily report as an asset behind the publication: it tells what was published and can stop nothing."""

from collections.abc import Iterator

import dagster as dg

from orchestration.defs.resources import Workspace
from orchestration.progress import progress
from orchestration.publication.own_tables import OWN_TABLES

REPORT = dg.AssetKey(["reports", "daily"])
WRITTEN = "the_daily_report_was_written"


def daily_report() -> dg.AssetsDefinition:
    spec = dg.AssetSpec(
        REPORT,
        deps=[dg.AssetKey(address.split(".")) for address in OWN_TABLES],
        description="The daily report (日报): one HTML page per app, and one of the company, under reports/<day>/.",
        group_name="reports",
        owners=["team:data-engineering"],
        kinds={"html"},
        skippable=True,
        metadata={
            "dagster/column_schema": dg.TableSchema(
                [
                    dg.TableColumn("app_id", "varchar", "App; '*' for the company."),
                    dg.TableColumn(
                        "page", "html", "Its page of the day, in Chinese and English, complete in itself."
                    ),
                ]
            )
        },
    )
    check = dg.AssetCheckSpec(
        WRITTEN,
        asset=REPORT,
        description="A page of the publication was written for every app and the company.",
    )

    @dg.multi_asset(name="daily_report", specs=[spec], check_specs=[check])
    def report(context: dg.AssetExecutionContext, workspace: Workspace) -> Iterator[object]:
        settings = workspace.enter(context)
        try:
            from orchestration.report.write import write_reports

            written = write_reports(settings)
        except Exception as error:
            # What is published stays published: a report that fails is a failed check of its own.
            context.log.exception("no daily report")
            message = f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
            yield dg.AssetCheckResult(
                asset_key=REPORT,
                check_name=WRITTEN,
                passed=False,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"message": message},
            )
            return
        progress.say(f"daily report: {len(written.pages)} pages")
        yield dg.MaterializeResult(
            asset_key=REPORT,
            metadata={
                "dagster/row_count": len(written.pages),
                "folder": dg.MetadataValue.path(str(written.folder)),
                "publication_id": written.publication_id,
            },
        )
        yield dg.AssetCheckResult(asset_key=REPORT, check_name=WRITTEN, passed=True)

    return report
