"""Questions that a file leaves open: asked for in words instead of guessed."""

from __future__ import annotations

from collections.abc import Mapping

from rnn_core.training.refusal import refusal, shown

Answers = Mapping[str, str]


class Ambiguous(ValueError):
    """Open question of a file.  `name` is the argument that answers it, `options` the answers."""

    def __init__(self, name: str, asked: str, options: Mapping[str, str]) -> None:
        self.name, self.asked, self.options = name, asked, dict(options)
        said = "; ".join(f'{name}="{key}": {words}' for key, words in options.items())
        super().__init__(f"Expected to be told {asked}, but the file does not say. Say {said}.")


def choose(name: str, asked: str, options: Mapping[str, str], answers: Answers) -> str:
    """The only option, or the answer that was given; an `Ambiguous` error asks for one."""
    if name in answers:
        if answers[name] not in options:
            expected = ", ".join(f'{name}="{key}"' for key in options)
            raise refusal(expected, f"{name}={shown(answers[name])}", "Choose one of these.")
        return answers[name]
    if len(options) == 1:
        return next(iter(options))
    raise Ambiguous(name, asked, options)


def agreed(facts: Answers, answers: Answers) -> dict[str, str]:
    """Facts of the file and answers to the rest; they must not contradict each other."""
    for name, fact in facts.items():
        if answers.get(name, fact) != fact:
            came = f"{name}={shown(answers[name])}"
            raise refusal(f"{name}={shown(fact)}, as the file says", came, "Leave it out.")
    return {**answers, **facts}
