"""YAML of plain values: what it means, and the line for what would take too much time or memory."""

import math
import os
import threading
import time
from pathlib import Path

import pytest
import yaml

from tests.fuzzing import bomb, bounded, damaged, make_generator
from walker_rl.files.yaml_file import MAX_SIZE, as_text, parse_yaml, read_yaml_file, write_yaml

MAX_SECONDS = 5.0


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", None),
        ("a: 1\nb: [1.5, x, null, true]", {"a": 1, "b": [1.5, "x", None, True]}),
        ("[1e-3, 1E5, -2e+3, .5, 1_000]", [1e-3, 1e5, -2e3, 0.5, 1000]),
        ("[2.5e3, -2.5E-3, 2.e3, +.5e3, .e3, 1e3.5]", [2500.0, -0.0025, 2000.0, 500.0, ".e3", "1e3.5"]),
        ("[0, -0, 0.5, 0x10, 00.5, '010']", [0, 0, 0.5, 16, 0.5, "010"]),
        ("[2020-01-02, 1e, e5, '1e5', '${x}']", ["2020-01-02", "1e", "e5", "1e5", "${x}"]),
        (
            "z: &z {x: 0}\na: {b: {c: &c {<<: *z, x: 1}}}\nd: {<<: *c}",  # c is written out before it is made.
            {"z": {"x": 0}, "a": {"b": {"c": {"x": 1}}}, "d": {"x": 1}},
        ),
        (r'{"\ud83d\ude00": "\ud83d\ude00 \udcff"}', {"\U0001f600": "\U0001f600 \udcff"}),  # JSON
        ("a: &a {x: 1}\nb: {<<: *a, y: 2}\nc: [*a, *a]", {"a": {"x": 1}, "b": {"x": 1, "y": 2}, "c": [{"x": 1}] * 2}),
    ],
)
def test_what_is_meant(text, values):
    assert parse_yaml(text) == values


@pytest.mark.parametrize(
    "text",
    ["1e3", "123456789e12", "-2.5E+5", "010", "1:30", "on", "null", "~", "1.5", "0x10", "2020-01-02", "", "é", "\x85"],
)
def test_a_text_that_looks_like_another_value_is_read_back_as_it_was(text):
    assert parse_yaml(write_yaml({"commit": text, "other": [text, {"x": text}]})) == {
        "commit": text,
        "other": [text, {"x": text}],
    }


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (bomb("[{}]"), "more than 10,000 values"),
        (bomb("{{<<: [{}]}}"), "more than 10,000 values"),
        ("a: &a [*a]", "more than 20"),
        ("&a {b: *a}", "more than 20"),
        ("".join(f"- &a{index} [*a{index - 1}]\n" if index else "- &a0 x\n" for index in range(100)), "more than 20"),
        ("[" * 20_000, "more than 20"),
        ("? " * 20_000, "more than 20"),
        ("".join(" " * depth + "a:\n" for depth in range(200)), "more than 20"),
        ("[" + "a," * 20_000 + "]", "more than 10,000 values"),
        ("#" * (MAX_SIZE + 1), "more than 50,000 characters"),
        ("a: " + "9" * 40_000, "more than 50 digits"),
        ("a: 0x" + "f" * 40_000, "more than 50 digits"),
        ("a: 1" + ":1" * 20_000, "more than 50 digits"),
        ("a: !!timestamp 2020-13-45", "is no plain value"),
        ("a: 010", "010 begins with 0"),
        ("a: [-007]", "-007 begins with 0"),
        ("a: 16:9", "16:9 has a colon"),
        ("a: [-1:30.5]", "-1:30.5 has a colon"),
        ("a: !!int x", "invalid literal"),
        ("a: !!int ''", "a value that can't be read"),
        ("a: !!int '-'", "a value that can't be read"),
        ("a: !!float ''", "a value that can't be read"),
        ("a: !!bool x", "a value that can't be read"),
        (r'a: "\ud800"', "a value that can't be read"),
        ("a: 1\n'a': 2", "a is given twice, in lines 1 and 2"),
        ("'': 1\n'': 2", "^'' is given twice, in lines 1 and 2$"),
        ("? [a]\n: 1\n? [a]\n: 2", "found unhashable key in line 1, column 3"),
        ("a: \x1b[2J", "special characters are not allowed\n  at position 3$"),
    ],
)
def test_what_is_refused_and_soon(text, reason):
    began = time.process_time()
    with pytest.raises(yaml.YAMLError, match=reason):
        parse_yaml(text)
    assert time.process_time() - began < MAX_SECONDS


def test_a_file_that_is_no_text_or_has_no_end(tmp_path):
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: \xff")
    with pytest.raises(yaml.YAMLError, match="can't decode byte 0xff"):
        read_yaml_file(path)
    with path.open("wb") as file:
        file.truncate(10**12)
    with bounded(), pytest.raises(yaml.YAMLError, match="more than 50,000 characters"):
        read_yaml_file(path)


def test_a_pipe_is_read_once_and_its_values_again(tmp_path):
    """As `sweep d4pg td3 --config <(...)` does for each agent."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=("a: 1",))
    writer.start()
    assert [read_yaml_file(path) for _ in range(2)] == [{"a": 1}, {"a": 1}]
    writer.join()


def test_a_path_that_no_file_can_have():
    with pytest.raises(yaml.YAMLError, match="null"):
        read_yaml_file(Path("a\0b"))


def test_damage_of_any_kind_gives_values_or_one_kind_of_error():
    random = make_generator()
    content = b'seed: 3\nagent: &a\n  sizes: [64, 64]\n  tau: 5e-3\n  name: "x\\u0041"\nother: {<<: *a, b: !!str 5}\n'
    num_parsed = 0
    for _ in range(500):
        try:
            parse_yaml(damaged(content, random).decode(errors="replace"))
            num_parsed += 1
        except yaml.YAMLError:
            pass
    assert 0 < num_parsed < 500


@pytest.mark.parametrize("value", ["nan", "-.inf", "a b", 1e-300, [1, None], {"x": {"y": "é\n"}}, math.inf, -math.inf])
def test_a_value_is_read_back_from_the_command_line(value):
    for each in (value, [value, {"x": value}]):
        assert parse_yaml(as_text(each)) == each
        assert "\n" not in as_text(each)


def test_a_number_that_is_none_stays_one():
    assert math.isnan(parse_yaml(as_text(math.nan)))
    assert math.isnan(parse_yaml(as_text({"x": [math.nan]}))["x"][0])
