"""Tables as CSV: what pandas reads back is what pandas itself would have made of the columns."""

import io

import numpy as np
import pandas as pd
import pytest

from pages.ui.stocks import stocks
from pages.ui.table import Table

COLUMNS = {
    "step": np.arange(1, 5),
    "norm": np.array([0.1, 1e-300, np.inf, -2.5]),
    "short": np.array([0.1, 1 / 3, 0.0, 7.0], dtype=np.float32),
    "fits": np.array([True, False, True, False]),
    "letter": ['say "hi", twice', "two\nlines", "β", "0.1"],
}


def read(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), keep_default_na=False, dtype=str)


def test_columns_are_written_as_pandas_writes_them():
    assert Table(COLUMNS).to_csv() == pd.DataFrame(COLUMNS).to_csv(index=False)


def test_every_digit_of_a_number_is_written():
    values = np.random.default_rng(0).normal(size=50)
    found = read(Table({"x": values}).to_csv())["x"].astype(float)
    np.testing.assert_array_equal(found, values)


def test_blocks_stand_below_each_other_under_the_names_of_both():
    found = read(Table({"a": [1, 2], "b": [3, 4]}, {"b": [5], "c": [None]}).to_csv())
    assert found.to_dict("list") == {"a": ["1", "2", ""], "b": ["3", "4", "5"], "c": [""] * 3}


def test_a_row_may_lack_a_column():
    found = read(Table.of([{"a": 1}, {"a": 2, "b": float("nan")}, {"b": "x"}]).to_csv())
    assert found.to_dict("list") == {"a": ["1", "2", ""], "b": ["", "", "x"]}


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="shorter"):
        Table({"a": [1, 2], "b": [1]}).to_csv()


def test_no_rows_have_no_lines_but_that_of_the_names():
    assert Table({"a": [], "b": []}).to_csv() == "a,b\n"
    assert Table().to_csv() == "\n"


def test_the_prices_are_those_that_plotly_gives():
    import plotly.data

    table, found = plotly.data.stocks(), stocks()
    assert list(found["date"]) == list(table["date"].astype(str))
    for name in table.columns.drop("date"):
        np.testing.assert_array_equal(np.array(found[name], dtype=float), table[name].to_numpy())
