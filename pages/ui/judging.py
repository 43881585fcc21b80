"""Which of a question's choices is right, measured now and kept with the answer."""

from pages.ui import measuring, results
from pages.ui.answers import Answer
from rnn_core.decks import Scene, because, judge


def judged(scene: Scene, answer: Answer) -> Answer:
    """The answer with what is right; as it is where that takes long or cannot be measured."""
    try:
        return measured(scene, answer)
    except (results.Waiting, ValueError):
        return answer


def measured(scene: Scene, answer: Answer) -> Answer:
    """The answer with what is right, measured where it is not known yet.

    Raises `Waiting` where that takes long, `ValueError` where it cannot be."""
    question = scene.question
    if answer.right is not None or question is None:
        return answer
    value = measuring.value(*measuring.asked(question, measuring.promised(scene)))
    return Answer(answer.picked, judge(question, value), because(question, value))
