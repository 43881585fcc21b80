"""Which of a question's choices is right, measured now and kept with the answer."""

from pages.ui import measuring, results
from pages.ui.answers import Answer
from rnn_core.decks import Scene, because, judge


def judged(scene: Scene, answer: Answer) -> Answer:
    """The answer with what is right; as it is where that takes long or cannot be measured."""
    question = scene.question
    if answer.right is not None or question is None:
        return answer
    try:
        value = measuring.value(*measuring.asked(question, measuring.promised(scene)))
    except (results.Waiting, ValueError):
        return answer
    return Answer(answer.picked, judge(question, value), because(question, value))
