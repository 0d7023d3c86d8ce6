"""Stands in for dbt's cross-database macros while sqlfluff renders models."""


def type_string() -> str:
    return "varchar"


def listagg(measure: str, delimiter_text: str = "','", order_by_clause: str = "", limit_num: int = 0) -> str:
    return f"string_agg({measure}, {delimiter_text} {order_by_clause})"
