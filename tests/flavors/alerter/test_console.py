from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Generator
from contextlib import contextmanager, suppress
from io import BytesIO, StringIO, TextIOWrapper
from typing import Literal

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.flavors.alerter.at_the_console import WAIT, Person
from typing_extensions import override

from stackkit.components.alerter import Alerter
from stackkit.errors import AlerterError
from stackkit.flavors.alerter.console import ConsoleAlerter, visible

ASK = """
import sys
from stackkit.errors import AlerterError
from stackkit.flavors.alerter.console import ConsoleAlerter
try:
    print(ConsoleAlerter(name="console").ask(sys.argv[1]), flush=True)
except AlerterError as error:
    print(error, flush=True)
"""
Screen = Literal["stdout", "stderr", "nowhere"]


@attrs.define
class Asked:
    person: Person
    process: subprocess.Popen[str]

    def said(self) -> str:
        """What the program printed to its standard output, to the end."""
        out, _ = self.process.communicate(timeout=WAIT)
        return out.strip()


@contextmanager
def at_a_terminal(*arguments: str, code: str = ASK, screen: Screen = "stderr", before: str = "") -> Generator[Asked]:
    """Run a program whose standard input is a terminal, and `screen` too; its standard output is caught otherwise."""
    terminal, line = os.openpty()
    try:
        person = Person(terminal)
        person.type(before)
        out = line if screen == "stdout" else subprocess.PIPE
        error = line if screen == "stderr" else subprocess.DEVNULL
        command = [sys.executable, "-c", code, *arguments]
        with subprocess.Popen(command, stdin=line, stdout=out, stderr=error, text=True) as process:
            os.close(line)
            try:
                yield Asked(person, process)
            finally:
                process.kill()
    finally:
        os.close(terminal)


class TestPosting:
    def test_a_message_goes_to_standard_error_and_standard_output_stays_clean(self, capfd: pytest.CaptureFixture[str]) -> None:
        alerter: Alerter = ConsoleAlerter(name="console")
        assert alerter.post("trained\nin two lines") is True
        assert capfd.readouterr() == ("", "trained\nin two lines\n")

    def test_an_escape_sequence_is_shown_and_not_obeyed(self, capfd: pytest.CaptureFixture[str]) -> None:
        ConsoleAlerter(name="console").post("\x1b]0;title\x07\x9b2J\x7f\rover")
        assert capfd.readouterr().err == "\\x1b]0;title\\x07\\x9b2J\\x7f\\rover\n"

    @pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1", "utf-16"])
    def test_what_the_stream_cannot_encode_is_shown_as_an_escape(self, encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
        written = BytesIO()
        monkeypatch.setattr(sys, "stderr", TextIOWrapper(written, encoding=encoding))
        assert ConsoleAlerter(name="console").post("é🔑\ud800")
        expected = {"ascii": "\\xe9\\U0001f511\\ud800\n", "latin-1": "é\\U0001f511\\ud800\n"}
        assert written.getvalue().decode(encoding) == expected.get(encoding, "é🔑\\ud800\n")

    def test_a_stream_without_an_encoding_is_written_to(self, monkeypatch: pytest.MonkeyPatch) -> None:
        written = StringIO()
        monkeypatch.setattr(sys, "stderr", written)
        assert ConsoleAlerter(name="console").post("é🔑")
        assert written.getvalue() == "é🔑\n"

    def test_it_is_not_delivered_where_there_is_no_stream(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stderr", None)
        assert ConsoleAlerter(name="console").post("hello") is False

    def test_it_is_not_delivered_to_a_closed_stream(self, monkeypatch: pytest.MonkeyPatch) -> None:
        closed = StringIO()
        closed.close()
        monkeypatch.setattr(sys, "stderr", closed)
        assert ConsoleAlerter(name="console").post("hello") is False

    @pytest.mark.parametrize("how", ["broken pipe", "full device", "closed descriptor"])
    def test_it_is_not_delivered_to_a_broken_stream_and_the_program_goes_on(self, how: str) -> None:
        code = "from stackkit.flavors.alerter.console import ConsoleAlerter; print(ConsoleAlerter(name='c').post('hello'))"
        if how == "broken pipe":
            reader, errors = os.pipe()
            os.close(reader)
        else:
            errors = os.open("/dev/full" if how == "full device" else os.devnull, os.O_WRONLY)
        if how == "closed descriptor":
            code = f"import os; os.close(2); {code}"
        try:
            done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=errors, text=True, check=False)
        finally:
            os.close(errors)
        assert (done.returncode, done.stdout) == (0, "False\n")


class TestMakingVisible:
    @given(st.text(st.characters()))
    @example("\u202eevil\u2066\u2028")
    def test_nothing_that_drives_a_terminal_is_left(self, text: str) -> None:
        left = set(visible(text)) - {"\n", "\t"}
        assert not {unicodedata.category(char) for char in left} & {"Cc", "Cs", "Zl", "Zp"}
        assert not {unicodedata.bidirectional(char) for char in left} & {
            "LRE",
            "RLE",
            "LRO",
            "RLO",
            "PDF",
            "LRI",
            "RLI",
            "FSI",
            "PDI",
        }

    @given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"])))
    @example("👩\u200d💻 ß\té\n")
    def test_other_text_stays_as_it_is(self, text: str) -> None:
        assert visible(text) == text

    def test_line_ends_of_another_system_are_line_breaks(self) -> None:
        assert visible("one\r\ntwo\rthree") == "one\ntwo\\rthree"


class TestAsking:
    @pytest.mark.parametrize(
        ("typed", "answer"),
        [("y", "True"), ("Y", "True"), ("yes", "True"), ("YES", "True"), (" Yes ", "True"), ("n", "False"), ("No", "False")],
    )
    def test_an_answer_is_taken_in_any_case(self, typed: str, answer: str) -> None:
        with at_a_terminal("Deploy?") as asked:
            asked.person.wait_for("Deploy? [y/n] ")
            asked.person.type(f"{typed}\n")
            assert asked.said() == answer

    def test_anything_else_is_asked_again(self) -> None:
        with at_a_terminal("Deploy?") as asked:
            asked.person.wait_for("Deploy? [y/n] ")
            for times, typed in enumerate((b"", b"yep", b"yes please", b"1", b"true", b"\xff\xfe", b"y n", "ÿ".encode()), 1):
                asked.person.type(typed + b"\n")
                asked.person.wait_for("Please answer y or n: ", times)
            asked.person.type("y\n")
            assert asked.said() == "True"

    @pytest.mark.parametrize("typed", ["\x04", "y\x04\x04", "yes\x04\x04", "maybe\n\x04"], ids=ascii)
    def test_the_end_of_the_input_is_no_even_after_a_yes_without_enter(self, typed: str) -> None:
        with at_a_terminal("Deploy?") as asked:
            asked.person.wait_for("Deploy? [y/n] ")
            asked.person.type(typed)
            assert asked.said() == "False"

    def test_what_was_typed_before_the_question_does_not_answer_it(self) -> None:
        with at_a_terminal("Deploy?", before="y\ny") as asked:
            asked.person.wait_for("Deploy? [y/n] ")
            asked.person.type("n\n")
            assert asked.said() == "False"

    def test_what_comes_after_the_answer_is_left_for_others(self) -> None:
        with at_a_terminal("Deploy?", code=f"{ASK}\nprint(input())") as asked:
            asked.person.wait_for("Deploy? [y/n] ")
            asked.person.type("y\nfor others\n")
            assert asked.said() == "True\nfor others"

    def test_a_question_cannot_drive_the_terminal(self) -> None:
        with at_a_terminal("\x1b[2J\rDeploy to staging?\x1b[8m") as asked:
            asked.person.wait_for("\\x1b[2J\\rDeploy to staging?\\x1b[8m [y/n] ")
            asked.person.type("n\n")
            assert asked.said() == "False"
            assert "\x1b" not in asked.person.seen

    def test_where_standard_error_is_no_terminal_the_question_is_shown_on_standard_output(self) -> None:
        with at_a_terminal("Deploy?", screen="stdout") as asked:
            asked.person.wait_for("Deploy? [y/n] ")
            asked.person.type("y\n")
            asked.person.wait_for("True")

    def test_a_question_that_could_not_be_seen_is_not_asked(self) -> None:
        with at_a_terminal("Deploy?", screen="nowhere") as asked:
            assert "no terminal to ask at" in asked.said()

    def test_two_questions_of_two_threads_come_one_after_the_other(self) -> None:
        code = """
from concurrent.futures import ThreadPoolExecutor
from stackkit.flavors.alerter.console import ConsoleAlerter
with ThreadPoolExecutor(4) as threads:
    print(*threads.map(ConsoleAlerter(name="console").ask, "ABCD"), flush=True)
"""
        with at_a_terminal(code=code) as asked:
            answers: dict[str, str] = {}
            for times in range(1, 5):
                asked.person.wait_for(" [y/n] ", times)
                question = asked.person.seen[-len("A [y/n] ")]
                answers[question] = "n" if question == "C" else "y"
                asked.person.type(f"{answers[question]}\n")
            assert asked.said() == "True True False True"

    def test_an_interrupt_ends_the_question(self) -> None:
        with at_a_terminal("Deploy?") as asked:
            asked.person.wait_for("Deploy? [y/n] ")
            while asked.process.poll() is None:  # one that comes just before the terminal is read is seen after the next
                asked.process.send_signal(signal.SIGINT)
                with suppress(subprocess.TimeoutExpired):
                    asked.process.wait(1)
            assert asked.said() == ""
            assert asked.process.returncode == -signal.SIGINT

    def test_a_terminal_that_goes_away_approves_nothing(self) -> None:
        terminal, line = os.openpty()
        process = subprocess.Popen(
            [sys.executable, "-c", ASK, "Deploy?"], stdin=line, stderr=line, stdout=subprocess.PIPE, text=True
        )
        with process:
            os.close(line)
            Person(terminal).wait_for("Deploy? [y/n] ")
            os.close(terminal)
            out, _ = process.communicate(timeout=WAIT)
            assert "True" not in out
            assert "False" in out or "terminal is gone" in out

    @pytest.mark.parametrize("stdin", ["a pipe that says yes", "nothing", "closed"])
    def test_without_a_terminal_nobody_can_be_asked(self, stdin: str) -> None:
        terminal, line = os.openpty()  # the question could be shown, and never answered
        code = f"import sys; sys.stdin = None\n{ASK}" if stdin == "closed" else ASK
        try:
            done = subprocess.run(
                [sys.executable, "-c", code, "Deploy?"],
                input="y\n" if stdin == "a pipe that says yes" else "",
                stdout=subprocess.PIPE,
                stderr=line,
                text=True,
                check=True,
                timeout=WAIT,
            )
        finally:
            os.close(terminal)
            os.close(line)
        assert done.stdout.startswith("console: there is no terminal to ask at; run it in a terminal, or ")

    def test_a_controlling_terminal_is_not_used_behind_a_redirected_input(self) -> None:
        terminal, line = os.openpty()
        own_it = "os.setsid(); fcntl.ioctl(2, termios.TIOCSCTTY, 0); os.open('/dev/tty', os.O_RDWR)"
        code = f"import fcntl, os, termios\n{own_it}\n{ASK}"
        try:
            os.write(terminal, b"y\n")
            done = subprocess.run(
                [sys.executable, "-c", code, "Deploy?"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=line,
                text=True,
                check=True,
                timeout=WAIT,
            )
        finally:
            os.close(terminal)
            os.close(line)
        assert "no terminal to ask at" in done.stdout

    def test_a_stream_that_only_says_that_it_is_a_terminal_is_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Pretends(TextIOWrapper):
            @override
            def isatty(self) -> bool:
                return True

        terminal, line = os.openpty()
        with os.fdopen(terminal, "wb"), os.fdopen(line, "w") as screen, tempfile.TemporaryFile() as answers:
            monkeypatch.setattr(sys, "stderr", screen)
            monkeypatch.setattr(sys, "stdin", Pretends(answers))
            with pytest.raises(AlerterError, match="there is no terminal to ask at"):
                ConsoleAlerter(name="console").ask("Deploy?")
