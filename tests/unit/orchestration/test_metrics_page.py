"""docs/metrics.md says what the dbt YAML says."""

from pathlib import Path

import pytest
import yaml

from orchestration.code_version import DBT_PROJECT_DIR
from orchestration.metrics_page import PAGE, page

MARTS = sorted((DBT_PROJECT_DIR / "models" / "marts").glob("*/*.yml"))


def test_the_committed_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `make docs` and commit docs/metrics.md"


@pytest.mark.parametrize("path", MARTS, ids=lambda path: path.stem)
def test_a_mart_names_the_question_it_answers(path: Path) -> None:
    (model,) = yaml.safe_load(path.read_text("utf-8"))["models"]
    assert model["config"]["meta"]["question"].endswith(")"), "with the Chinese term at its end"
    assert all(column.get("description") for column in model["columns"])


def test_tables_and_kpis_come_with_their_words(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "marts" / "pets"
    folder.mkdir(parents=True)
    (tmp_path / "models" / "overview.md").write_text(
        "{% docs __overview__ %}\n## Words\n{% enddocs %}\n", "utf-8"
    )
    (folder / "fct_cats.yml").write_text(
        """
models:
  - name: fct_cats
    description: >
      Cats by day.
      One row per day.
    config: {meta: {question: "How many cats? (猫)"}}
    columns:
      - {name: cats, data_type: bigint, description: "asleep | awake"}
    metrics:
      - {name: part, type: simple, description: no KPI}
metrics:
  - name: cat_rate
    description: Cats / animals.
    config: {meta: {name_zh: 猫率, unit: ratio, grains: [week]}}
""",
        "utf-8",
    )
    (folder / "int_dogs.yml").write_text("models: [{name: int_dogs, description: Dogs.}]", "utf-8")
    text = page(tmp_path)
    assert "dogs" not in text
    assert "## Words\n" in text
    assert "## Pets\n\n### `marts.fct_cats`\n*How many cats? (猫)*\n\nCats by day. One row per day.\n" in text
    assert "| `cats` | bigint | asleep \\| awake |" in text
    assert "| `cat_rate` | 猫率 | Cats / animals. | ratio | week |" in text
    assert "KPIs from it: `cat_rate`." in text
    assert "no KPI" not in text
