"""What dbt's process leaves out changes nothing: generic tests get the arguments that dbt's own way gives them."""

import json
import os
import subprocess
import sys
from pathlib import Path

#: Compiles every generic test; per test the arguments both ways, and the events that somebody heard.
_COMPILE = """
import json, sys
from dbt.cli.main import dbtRunner
from dbt.clients import jinja
from orchestration import dbt_shortcuts
from orchestration.code_version import DBT_PROJECT_DIR
from orchestration.dbt_manifest import load_manifest

heard, arguments, whole = [], {}, jinja.add_rendered_test_kwargs
dbt_shortcuts.take(frozenset({"CommandCompleted"}))
short = jinja.add_rendered_test_kwargs

def both(context, node, capture_macros=False):
    found = []
    for way in (whole, short):
        way(context, node, capture_macros)
        kwargs = context[jinja.GENERIC_TEST_KWARGS_NAME]
        found.append({name: [type(value).__name__, str(value)] for name, value in kwargs.items()})
    arguments[node.unique_id] = found

jinja.add_rendered_test_kwargs = both
places = ["--project-dir", str(DBT_PROJECT_DIR), "--profiles-dir", str(DBT_PROJECT_DIR)]
runner = dbtRunner(load_manifest(), callbacks=[lambda message: heard.append(message.info.name)])
done = runner.invoke(["--quiet", "compile", "--select", "test_type:generic", "--no-introspect", *places])
assert done.success, done.exception
json.dump([arguments, heard], open(sys.argv[1], "w"))
"""


def test_every_generic_test_gets_the_arguments_that_dbt_gives(tmp_path: Path) -> None:
    answer = tmp_path / "arguments.json"
    places = dict.fromkeys(("OPS_DATA_DIR", "DBT_TARGET_PATH", "DBT_LOG_PATH"), str(tmp_path))
    subprocess.run(
        [sys.executable, "-c", _COMPILE, str(answer)],
        check=True,
        env={**os.environ, **places},
        stdout=subprocess.DEVNULL,
    )
    arguments, heard = json.loads(answer.read_text("utf-8"))
    assert len(arguments) > 200
    assert {node: short for node, (_, short) in arguments.items()} == {
        node: whole for node, (whole, _) in arguments.items()
    }
    assert heard == ["CommandCompleted"]  # what nobody listens to is not told
