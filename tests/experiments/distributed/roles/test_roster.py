"""Counts of actors that come, go and come again."""

import time

from walker_rl.experiments.distributed.roles import roster as roster_module
from walker_rl.experiments.distributed.roles.roster import Roster
from walker_rl.experiments.distributed.wire.messages import Report, Welcome


def test_who_asks_for_an_index_by_name_gets_it_and_others_get_new_ones():
    roster = Roster(num_reserved=2)
    for token, index in [("a", 1), ("b", None), ("c", 0), ("d", None)]:
        roster.welcome(token, index)
    assert {token: welcome.index for token, welcome in roster.welcomes.items()} == {"a": 1, "b": 2, "c": 0, "d": 3}


def test_a_process_is_welcomed_once_however_often_it_asks():
    roster = Roster(num_reserved=0)
    roster.welcome("a", None)
    roster.welcome("a", None)
    assert roster.welcomes == {"a": Welcome(index=0, start=0, actor_steps=0)}


def test_the_successor_of_a_process_goes_on_with_its_count():
    roster = Roster(num_reserved=1)
    roster.welcome("a", 0)
    assert roster.count(Report("a", 0, 500))
    roster.welcome("b", 0)
    assert roster.welcomes["b"] == Welcome(index=0, start=1, actor_steps=500)
    assert roster.count(Report("b", 0, 620))
    assert roster.actor_steps == 620


def test_who_has_a_successor_is_not_heard_any_more():
    roster = Roster(num_reserved=1)
    roster.welcome("a", 0)
    roster.count(Report("a", 0, 500))
    roster.welcome("b", 0)
    restored = Roster(num_reserved=1)
    restored.restore(roster.save())
    for known in (roster, restored):
        assert known.replaced == []
        assert not known.count(Report("a", 0, 900, is_last=True))
        assert known.actor_steps == 500
        assert known.count(Report("b", 0, 501))
        assert known.replaced == ["a"], "so that it ends"


def test_answers_are_repeated_for_a_minute(monkeypatch):
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    roster = Roster(num_reserved=1)
    roster.welcome("a", 0)
    roster.welcome("b", 0)
    roster.count(Report("a", 0, 5))
    now += roster_module.REMEMBERED - 1
    assert (set(roster.welcomes), roster.replaced) == ({"a", "b"}, ["a"])
    now += 2
    assert (roster.welcomes, roster.replaced) == ({}, [])


def test_counts_are_never_taken_back_and_old_news_is_no_news():
    roster = Roster(num_reserved=2)
    assert roster.count(Report("a", 0, 500))
    assert not roster.count(Report("a", 0, 500))
    assert not roster.count(Report("a", 0, 400))
    assert roster.count(Report("b", 1, 30))
    assert (roster.actor_steps, roster.actor_steps_by_index) == (530, {0: 500, 1: 30})


def test_actors_are_present_until_they_leave_or_fall_silent(monkeypatch):
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    roster = Roster(num_reserved=3)
    for index in range(3):
        roster.count(Report(str(index), index, 1))
    assert roster.num_present == 3
    roster.count(Report("0", 0, 1, is_last=True))
    assert roster.num_present == 2
    now += roster_module.PRESENT + 1
    roster.count(Report("1", 1, 2))
    assert roster.num_present == 1


def test_what_was_saved_is_taken_where_it_is_more():
    roster = Roster(num_reserved=2)
    roster.count(Report("a", 0, 500))
    roster.welcome("b", 1)
    state = roster.save()
    other = Roster(num_reserved=2)
    other.count(Report("a", 0, 900))
    other.restore(state)
    assert other.actor_steps_by_index == {0: 900, 1: 0}
    other.welcome("c", 1)
    assert other.welcomes["c"].start == 1
