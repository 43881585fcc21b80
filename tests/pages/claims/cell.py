"""Inside the cell: one unit at one step keeps, rewrites, or has no choice."""

from pages.ui.session import Wish
from tests.pages.claims.measured import done


def seen(wish: Wish, *names: str) -> tuple[list[float], dict[str, tuple[float, float]]]:
    """The gates of the unit and step on screen, and its states before and after."""
    trace = done(wish).stages[0].trace.top
    t, u = wish.view.t - 1, wish.view.unit - 1
    gates = [float(trace.gates[n][0, t, u]) for n in names]
    states = {s: (float(v[0, t, u]), float(v[0, t + 1, u])) for s, v in trace.states.items()}
    return gates, states


def reads_a_space(wish: Wish) -> bool:
    return done(wish).sequence.labels[wish.view.t - 1] == "␣"


def keeps(wish: Wish) -> bool:
    (forget, write), states = seen(wish, "forget", "input")
    before, after = states["c"]
    near = (round(forget, 2), round(write, 2)) == (0.98, 0.01)
    return reads_a_space(wish) and near and abs(after - before) < 0.03 * abs(before)


def rewrites(wish: Wish) -> bool:
    (forget, write), states = seen(wish, "forget", "input")
    before, after = states["c"]
    return reads_a_space(wish) and forget < 0.05 and write > 0.9 and before < -0.8 < 0.8 < after


def gru_keeps(wish: Wish) -> bool:
    (update, candidate), states = seen(wish, "update", "candidate")
    before, after = states["h"]
    stays = round(before, 1) == round(after, 1) == 0.8
    return round(candidate, 1) == -1 and update > 0.95 and stays


def no_gate(wish: Wish) -> bool:
    """The candidate is the new state; the cell has nothing else, and the unit changes."""
    trace = done(wish).stages[0].trace.top
    _, states = seen(wish)
    before, after = states["h"]
    return trace.cell.gates == ("candidate",) and abs(after - before) > 0.1 * abs(before)


CLAIMS = {"keep": keeps, "rewrite": rewrites, "gru": gru_keeps, "rnn": no_gate}
