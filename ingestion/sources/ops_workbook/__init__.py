"""The workbook that operations staff keep (运营台账): `inbox/ops_workbook/` → raw/ops_workbook/*."""
