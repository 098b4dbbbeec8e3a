"""Batches: full, of one length, without padding, and equal inputs only once."""

from __future__ import annotations

import numpy as np
import pytest

from gfm_desktop.models.batches import CPU_TOKENS, Question, answered


class Network:
    """Gives every row its token, its place and the length of its input."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []
        self.rows: list[int | None] = []

    def __call__(self, ids: np.ndarray, rows: np.ndarray | None) -> np.ndarray:
        self.asked.append(ids.shape)
        self.rows.append(None if rows is None else rows.shape[1])
        places = np.broadcast_to(np.arange(ids.shape[1]), ids.shape)
        lengths = np.full(ids.shape, ids.shape[1])
        whole = np.stack([ids, places, lengths], axis=-1).astype(np.float32)
        if rows is None:
            return whole
        return np.take_along_axis(whole, rows[..., None], axis=1)


def question(ids: list[int], rows: list[int] | None) -> Question[list[list[float]]]:
    wanted = None if rows is None else np.asarray(rows, np.int64)
    return Question(np.asarray(ids, np.int64), wanted, lambda out: out.tolist())


def test_that_answers_come_in_the_order_of_the_questions() -> None:
    network = Network()
    asked = [
        question([5, 6, 7], [2]),
        question([1, 2], [0]),
        question([8, 9, 4], [1, 0]),
        question([3, 3], None),
    ]
    assert answered(asked, network, batch_size=8) == [
        [[7, 2, 3]],
        [[1, 0, 2]],
        [[9, 1, 3], [8, 0, 3]],
        [[3, 0, 2], [3, 1, 2]],
    ]


def test_that_a_batch_has_one_length_and_at_most_its_size() -> None:
    network = Network()
    asked = [question([i] * (2 + i % 3), [0]) for i in range(20)]
    answers = answered(asked, network, batch_size=4)
    assert [answer[0][0] for answer in answers] == list(range(20))
    shapes = [(4, 2), (3, 2), (4, 3), (3, 3), (4, 4), (2, 4)]
    assert network.asked == shapes


def test_that_equal_inputs_run_once_with_all_rows_that_are_wanted() -> None:
    network = Network()
    rows = [[3], [0], [3, 1], [2]]
    answers = answered([question([4, 5, 6, 7], r) for r in rows], network, batch_size=4)
    assert network.asked == [(1, 4)]
    assert network.rows == [4]
    assert [[row[1] for row in answer] for answer in answers] == rows


def test_that_equal_inputs_run_once_where_one_wants_every_row() -> None:
    network = Network()
    asked = [question([4, 5, 6], [1]), question([4, 5, 6], None)]
    answers = answered(asked, network, batch_size=4)
    assert (network.asked, network.rows) == ([(1, 3)], [None])
    assert answers[0] == [[5, 1, 3]]
    assert len(answers[1]) == 3


def test_that_inputs_with_other_numbers_of_rows_run_together() -> None:
    network = Network()
    asked = [question([4, 5, 6], [1]), question([7, 8, 9], [0, 2])]
    answers = answered(asked, network, batch_size=4)
    assert network.asked == [(2, 3)]
    assert answers == [[[5, 1, 3]], [[7, 0, 3], [9, 2, 3]]]


@pytest.mark.parametrize(("device", "sizes"), [("cpu", [2, 2, 1]), ("cuda:0", [4, 1])])
def test_that_long_sequences_get_smaller_batches_on_a_cpu(
    device: str, sizes: list[int]
) -> None:
    network = Network()
    length = CPU_TOKENS // 2
    asked = [question([i] * length, [0]) for i in range(5)]
    answered(asked, network, batch_size=4, device=device)
    assert [shape[0] for shape in network.asked] == sizes


def test_that_no_question_needs_no_forward_pass() -> None:
    network = Network()
    assert answered([], network, batch_size=4) == []
    assert network.asked == []
