"""The `gfm` command: builds a job, runs it here, prints its events.

Results go to standard output or ``--out``, everything else to standard error. Exit
code 0: the job ended and every record has a status. 1: it could not be done. 2: the
command line is wrong. 130: stopped with Ctrl+C.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import sys
from typing import TYPE_CHECKING

from gfm_desktop.command_line.parser import build_parser, read
from gfm_desktop.command_line.preflight import Refused
from gfm_desktop.command_line.reporter import JsonReporter, TextReporter
from gfm_desktop.command_line.runner import FAILURE, SUCCESS, USAGE, Runner, Stopped
from gfm_desktop.engine.heap import share_heap
from gfm_desktop.errors import GfmError, OptionError
from gfm_desktop.jobs.events import Cancelled

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

    from gfm_desktop.command_line.reporter import Reporter

_USE_MODELS = {"score", "predict", "inspect", "finetune"}
_INTERRUPTED, _BROKEN_PIPE = 130, 141
"""What a shell reports for programs that SIGINT or SIGPIPE ended."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command line and return the exit code.

    Args:
        arguments: Command line without the program's name; None reads `sys.argv`.
    """
    multiprocessing.freeze_support()
    # Before torch is imported: threads that spin beside a busy core halve its speed.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    share_heap()
    if arguments is None:
        _write_utf8()
    given = sys.argv[1:] if arguments is None else list(arguments)
    reporter = _reporter(given)
    try:
        return _carry_out(given, reporter)
    except Refused as refusal:
        return _refuse(reporter, refusal.problems)
    except GfmError as problem:
        return _refuse(reporter, [problem])
    except Stopped as stopped:
        return stopped.exit_code
    except KeyboardInterrupt:
        reporter.show(Cancelled())
        return _INTERRUPTED
    except BrokenPipeError:
        # `gfm score ... | head`: the reader has had enough. Without this, Python
        # complains once more when it flushes standard output at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE


def _write_utf8() -> None:
    """Write the same bytes on every system, whatever its locale says."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")


def _carry_out(given: list[str], reporter: Reporter) -> int:
    if not given:
        build_parser().print_help(sys.stderr)
        return USAGE
    try:
        arguments = read(given)
    except SystemExit:
        # --help and --version, which argparse prints itself.
        return SUCCESS
    if arguments.unknown and arguments.command not in {"score", "finetune"}:
        raise Refused(arguments.unknown)
    runner = Runner(reporter)
    try:
        return _run(arguments, runner, given)
    finally:
        runner.close()


def _run(arguments: Namespace, runner: Runner, given: list[str]) -> int:
    """Import one command, and only that: `gfm --help` must not wait for the others."""
    if arguments.command in _USE_MODELS and arguments.model:
        from gfm_desktop.command_line.library import warn_of_terms

        warn_of_terms(arguments.model, runner)
    match arguments.command:
        case "score":
            from gfm_desktop.command_line import score

            return score.run(arguments, runner, given)
        case "predict":
            from gfm_desktop.command_line import predict

            return predict.run(arguments, runner)
        case "inspect":
            from gfm_desktop.command_line import inspect

            return inspect.run(arguments, runner)
        case "finetune":
            from gfm_desktop.command_line import finetune

            return finetune.run(arguments, runner)
        case "models":
            from gfm_desktop.command_line import library

            return library.run(arguments, runner)
        case _:
            from gfm_desktop.command_line import doctor

            findings = doctor.examine()
            print(doctor.as_json(findings) if arguments.json else doctor.text(findings))
            return SUCCESS if all(one.sound for one in findings) else FAILURE


def _reporter(given: list[str]) -> Reporter:
    # Looked for by hand: a command line that cannot be read must be answered too.
    people = TextReporter(sys.stderr, terminal=sys.stderr.isatty())
    return JsonReporter(sys.stdout, people=people) if "--json" in given else people


def _refuse(reporter: Reporter, problems: list[GfmError]) -> int:
    reporter.refuse(problems)
    wrong = any(isinstance(problem, OptionError) for problem in problems)
    return USAGE if wrong else FAILURE


if __name__ == "__main__":
    sys.exit(main())
