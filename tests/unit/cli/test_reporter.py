"""People get sentences, terminals a bar, programs one JSON object an event."""

from __future__ import annotations

import io
import json

import pytest

from gfm_desktop.command_line.reporter import (
    JsonReporter,
    TextReporter,
    duration,
    progress_line,
)
from gfm_desktop.errors import GfmError, InputError, OptionError
from gfm_desktop.jobs.events import (
    Cancelled,
    Event,
    Failed,
    Finished,
    Partial,
    Progress,
    Started,
)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def text_of(*events: Event, terminal: bool = False, seconds: float = 1.0) -> str:
    stream, clock = io.StringIO(), Clock()
    reporter = TextReporter(stream, terminal=terminal, clock=clock)
    for event in events:
        reporter.show(event)
        clock.now += seconds
    return stream.getvalue()


def progress(done: int, total: int | None = 1000) -> Progress:
    return Progress(done, total, "variants", "Scoring")


def test_that_a_file_gets_few_lines_of_progress_and_always_the_last() -> None:
    lines = text_of(*(progress(n) for n in range(0, 1001, 10))).splitlines()
    assert len(lines) == 21
    assert lines[0] == "Scoring (1,000 variants) ..."
    assert lines[-1] == "Scoring: 1,000 of 1,000 variants, 100 %, 10.0/s"
    assert lines[10] == "Scoring: 500 of 1,000 variants, 50 %, 10.0/s, 50 s left"


def test_that_a_day_of_work_does_not_fill_a_log_file() -> None:
    events = [Progress(n, 86_400, "variants", "Scoring") for n in range(86_401)]
    assert len(text_of(*events).splitlines()) < 200


def test_that_a_terminal_gets_one_line_that_is_cleared_before_the_ending() -> None:
    events = [progress(0), progress(500), Finished("Done.")]
    text = text_of(*events, terminal=True)
    assert "\n" not in text.removesuffix("Done.\n")
    assert "[############............] Scoring: 500 of 1,000" in text
    assert text.endswith("\r\x1b[KDone.\n")


def test_that_a_terminal_is_not_redrawn_more_often_than_eyes_can_see() -> None:
    events = [progress(n) for n in range(1000)]
    text = text_of(*events, terminal=True, seconds=0.001)
    assert text.count("\r") <= 12


def test_that_the_rate_leaves_out_what_an_earlier_run_had_done() -> None:
    lines = text_of(progress(900), progress(910), seconds=10.0).splitlines()
    assert lines[-1] == "Scoring: 910 of 1,000 variants, 91 %, 1.0/s, 1 min 30 s left"


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (Progress(0, None, "records", "Reading"), "Reading ..."),
        (Progress(12345, None, "records", "Reading"), "Reading (12,345 records)"),
        (Progress(0, 0, "variants"), "Working (0 variants) ..."),
    ],
)
def test_that_progress_without_a_total_is_words(event: Progress, line: str) -> None:
    assert progress_line(event, 0.0, 0) == line


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 s"), (59, "59 s"), (60, "1 min 00 s"), (7384, "2 h 03 min")],
)
def test_that_times_are_readable(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_that_the_ending_has_every_count_and_what_it_means() -> None:
    text = text_of(Finished("Done.", {"scored": 1234, "ref_mismatch": 5}))
    assert text == (
        "Done.\n"
        "  scored        1,234\n"
        "  ref_mismatch      5  REF differs from the genome\n"
    )


def test_that_a_warning_is_said_once_and_each_of_its_lines_kept() -> None:
    stream = io.StringIO()
    reporter = TextReporter(stream, terminal=False)
    reporter.warn(["Two lines:\nline 3: odd"])
    reporter.show(Finished("Done.", warnings=("Two lines:\nline 3: odd", "Another.")))
    assert stream.getvalue() == (
        "warning: Two lines:\n         line 3: odd\nwarning: Another.\nDone.\n"
    )


def test_that_an_error_has_its_three_parts_and_no_traceback() -> None:
    text = text_of(Failed("It is odd.", "a.vcf", "Mend it."))
    assert text == "error: It is odd.\n  where: a.vcf\n  what to do: Mend it.\n"


def test_that_a_bug_shows_its_details_for_the_report() -> None:
    text = text_of(Failed("Oops", details="Traceback ...\nValueError: x\n"))
    assert text == "error: Oops\n\nTraceback ...\nValueError: x\n"


def test_that_partial_results_say_nothing_to_people() -> None:
    assert text_of(Started("Score x"), Partial("scores", "/a")) == ""


def json_of(*events: Event) -> tuple[list[dict[str, object]], str]:
    stream, errors = io.StringIO(), io.StringIO()
    people = TextReporter(errors, terminal=False)
    reporter = JsonReporter(stream, people=people)
    for event in events:
        reporter.show(event)
    lines = stream.getvalue().splitlines()
    return [json.loads(line) for line in lines], errors.getvalue()


def test_that_every_kind_of_event_is_one_json_object() -> None:
    events = [
        Started("Score x"),
        progress(1),
        Partial("scores", "/a"),
        Finished("Done.", {"scored": 1}, {"out": "/b"}, ("Careful.",)),
        Failed("Odd.", "a", "b"),
        Cancelled(),
    ]
    objects, errors = json_of(*events)
    names = ["started", "progress", "partial", "finished", "failed", "cancelled"]
    assert [one["event"] for one in objects] == names
    assert objects[1]["done"] == 1
    assert objects[3]["counts"] == {"scored": 1}
    assert objects[3]["warnings"] == ["Careful."]
    assert objects[4]["where"] == "a"
    assert "warning: Careful." in errors
    assert "error: Odd." in errors


def test_that_a_refusal_is_one_failed_object_with_every_problem() -> None:
    stream = io.StringIO()
    people = TextReporter(io.StringIO(), terminal=False)
    problems: list[GfmError] = [InputError("One."), OptionError("Two.", todo="So.")]
    JsonReporter(stream, people=people).refuse(problems)
    (line,) = stream.getvalue().splitlines()
    value = json.loads(line)
    assert value["event"] == "failed"
    assert value["usage"] is True
    assert [one["what"] for one in value["problems"]] == ["One.", "Two."]
