"""Places of all parts of a cell's wiring diagram, in pixels, by one method for every cell.

x_t comes from below, the past from the left, the new states leave to the right, and a state that
is carried on by products and sums alone runs along the top.  Gates stand side by side, bottom up:
weights, sum, activation.  All wires are horizontal or vertical.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from rnn_core.notation.diagram import INPUT, Diagram, Stack

Point = tuple[float, float]
Line = tuple[Point, ...]

LEFT, PITCH, APART, RIGHT = 112.0, 112.0, 28.0, 90.0  # columns; a chain's distance from its middle
EDGE = 44.0  # the cell's body begins so far from the left
TOP, CHIP = 30.0, 27.0  # first row; a number's distance above what it comes from
FLOOR, BUS = 38.0, 26.0  # from the lowest part to the bus of h, from there to the bus of x


@dataclass
class Placement:
    """Places of a diagram's parts, its wires' corners and its numbers' places."""

    diagram: Diagram
    at: dict[str, Point] = field(default_factory=dict)
    chips: dict[str, Point] = field(default_factory=dict)  # part -> middle of its number
    wires: list[tuple[str, str, Line]] = field(default_factory=list)
    exits: dict[str, Point] = field(default_factory=dict)  # state -> where it leaves
    entries: dict[str, Point] = field(default_factory=dict)  # state or x -> where it comes in
    columns: dict[str, float] = field(default_factory=dict)  # gate -> middle of its stack
    rows: dict[str, float] = field(default_factory=dict)
    width: float = 0.0
    height: float = 0.0

    @property
    def dots(self) -> list[tuple[str, Point]]:
        """Forks of the wires: points with more than two directions of one quantity."""
        found: dict[str, dict[Point, set[Point]]] = {}
        for source, _, line in self.wires:
            ways = found.setdefault(source, {})
            for a, b in pairwise(line):
                for p, q in _cut(a, b, [c for s, _, x in self.wires if s == source for c in x]):
                    way = (_sign(q[0] - p[0]), _sign(q[1] - p[1]))
                    ways.setdefault(p, set()).add(way)
                    ways.setdefault(q, set()).add((-way[0], -way[1]))
        return [(s, p) for s, ways in found.items() for p, w in ways.items() if len(w) > 2]


def place(diagram: Diagram) -> Placement:
    """Place the parts, then lead the wires."""
    made = Placement(diagram)
    _rows(made)
    _columns(made)
    for stack in diagram.stacks:
        _place_stack(made, stack)
    _place_lane(made)
    _place_mixes(made)
    _place_tail(made)
    _place_sources(made)
    made.wires = [
        (a, b, _tidy(_route(made, a, b, port)))
        for b, part in diagram.parts.items()
        for port, a in enumerate(part.inputs)
    ]
    _lead_out(made)
    return made


# -- rows and columns ------------------------------------------------------------------------


def _rows(p: Placement) -> None:
    """Heights, from the lane down to x."""
    d, rows = p.diagram, p.rows
    y = TOP
    if d.lane:
        rows["lane"] = y
        y += 60.0
        for level in range(_levels(d), 0, -1):
            rows[f"mix{level}"] = y
            y += 54.0
    rows["fork"] = y
    rows["gate"] = y = y + 54.0
    for k in reversed(range(max(len(s.sums) for s in d.stacks))):
        rows[f"sum{k}"] = y = y + 52.0
    over = max(len(c) - 1 - _weight(p, c) for s in d.stacks for c in s.chains)
    under = max(_weight(p, c) for s in d.stacks for c in s.chains)
    rows["weight"] = y = y + 56.0 + 60.0 * over
    y += 56.0 * under + FLOOR
    rows["h"], rows["x"] = y, y + BUS
    p.height = y + BUS + 46.0


def _weight(p: Placement, chain: tuple[str, ...]) -> int:
    """Which of a chain's parts is the weight matrix."""
    kinds = [p.diagram.parts[i].kind for i in chain]
    return next(k for k, kind in enumerate(kinds) if kind in ("W", "U"))


def _levels(d: Diagram) -> int:
    return max([1, *(_level(d, i) for i in d.mixes)])


def _level(d: Diagram, mix: str) -> int:
    """Rows above the gates: what reads other mixes stands higher, a plain 1 - z beside them."""
    part = d.parts[mix]
    below = [i for i in part.inputs if i in d.mixes and len(d.parts[i].inputs) > 1]
    return 1 + max((_level(d, i) for i in below), default=0)


def _columns(p: Placement) -> None:
    x = LEFT
    for stack in p.diagram.stacks:
        wide = max(PITCH, 2 * APART * len(stack.chains))
        p.columns[stack.gate] = x + wide / 2
        x += wide
    p.rows["left"], p.rows["right"] = LEFT, x
    if p.diagram.tail or not p.diagram.lane:
        x += 34.0
        p.rows["out"] = x
    p.width = x + RIGHT


# -- parts -----------------------------------------------------------------------------------


def _place_stack(p: Placement, stack: Stack) -> None:
    x = p.columns[stack.gate]
    _put(p, stack.activation, (x, p.rows["gate"]))
    p.chips[stack.activation] = (x, p.rows["gate"] - 34.0)
    for k, total in enumerate(stack.sums):
        y = p.rows[f"sum{k}"]
        _put(p, total, (x, y))
        p.chips[total] = (x, y - 25.0)
    for k, chain in enumerate(stack.chains):
        middle = x + 2 * APART * (k - (len(stack.chains) - 1) / 2)
        weight = _weight(p, chain)
        for n, i in enumerate(chain):
            y = p.rows["weight"] + (weight - n) * (60.0 if n > weight else 56.0)
            _put(p, i, (middle, y))
            p.chips[i] = (middle, y - CHIP)
    for i in stack.above:
        reader = p.diagram.readers(i)[0]
        y = p.at[reader][1]
        _put(p, i, (x - PITCH / 2 + 4.0, p.rows["gate"]))
        p.chips[i] = (x - PITCH / 2 + 4.0, (p.rows["gate"] + y) / 2 + 4.0)


def _put(p: Placement, part: str, point: Point) -> None:
    p.at.setdefault(part, point)


def _place_lane(p: Placement) -> None:
    """Each part of the lane stands above what enters it from below."""
    d, x, y = p.diagram, LEFT, p.rows.get("lane", TOP)
    for k, i in enumerate(d.lane):
        entering = [a for a in d.parts[i].inputs if a not in d.lane]
        wanted = max((_home(p, a) for a in entering), default=x)
        x = wanted if k == 0 else max(wanted, x + 78.0)
        _put(p, i, (x, y))
        after = [
            max(max((_home(p, a) for a in d.parts[j].inputs if a not in d.lane), default=x), x + 78)
            for j in d.lane[k + 1 : k + 2]
        ]
        end = after[0] if after else x + 96.0
        p.chips[i] = ((x + end) / 2, y)


def _home(p: Placement, part: str) -> float:
    """The column a quantity belongs to: that of the last gate in it."""
    d = p.diagram
    if part in p.at:
        return p.at[part][0]
    if d.parts[part].kind == "past":
        return LEFT
    return max((_home(p, i) for i in d.parts[part].inputs), default=LEFT)


def _place_mixes(p: Placement) -> None:
    d = p.diagram
    for i in d.mixes:
        part = d.parts[i]
        x, y = _home(p, i), p.rows[f"mix{_level(d, i)}"]
        beside = len(part.inputs) == 1 and not any(r in d.lane for r in d.readers(i))
        x += 42.0 if beside else 0.0
        _put(p, i, (x, y))
        readers = [p.at[r][0] if r in p.at else _home(p, r) for r in d.readers(i)]
        p.chips[i] = ((x + max(readers)) / 2, y) if beside and readers else (x, y - 33.0)


def _place_tail(p: Placement) -> None:
    """Place the parts that follow the new lane state, below one another at the right."""
    d, x = p.diagram, p.rows.get("out", 0.0)
    rows = [p.rows.get("mix1", p.rows["fork"]), p.rows["fork"]]
    for k, i in enumerate(d.tail):
        y = rows[k] if k < len(rows) else rows[-1] + 54.0 * (k - len(rows) + 1)
        _put(p, i, (x, y))
        p.chips[i] = (x, y + 27.0)


def _place_sources(p: Placement) -> None:
    d = p.diagram
    for i, part in d.parts.items():
        if part.kind == "past":
            row = "lane" if part.name == d.lane_state else "h"
            y = p.rows[row] if part.name in (d.lane_state, "h") else p.rows["h"] - FLOOR / 2
            p.at[i] = p.entries[part.name] = (EDGE, y)
            p.chips[i] = (EDGE + 39.0, y)
    first = min(p.at[i][0] for i in d.readers(INPUT)) if d.readers(INPUT) else LEFT
    p.at[INPUT] = p.entries["x"] = (first, p.height - 26.0)
    p.chips[INPUT] = (first, p.height - 12.0)


# -- wires -----------------------------------------------------------------------------------


def _route(p: Placement, source: str, target: str, port: int) -> Line:
    d, a, b = p.diagram, p.at[source], p.at[target]
    part = d.parts[source]
    if source == INPUT:
        return (a, (a[0], p.rows["x"]), (b[0], p.rows["x"]), b)
    if part.kind == "past":
        return _from_past(p, part.name, target)
    if source in d.lane and target not in d.lane:
        return _from_lane(p, a, target)
    if _is_gate(p, source) and target not in p.diagram.parts[source].inputs:
        return _from_gate(p, source, target)
    stack = next((s for s in d.stacks if target in s.sums), None)
    if stack and source in stack.above:
        return (a, (a[0], b[1]), b)
    if a[1] > b[1] and _same_stack(p, source, target):
        return (a, (a[0], b[1]), b)  # up, then into the sum's side
    return (a, (b[0], a[1]), b)


def _same_stack(p: Placement, one: str, other: str) -> bool:
    for s in p.diagram.stacks:
        inside = {*s.sums, s.activation, *(i for chain in s.chains for i in chain)}
        if one in inside and other in inside:
            return True
    return False


def _is_gate(p: Placement, part: str) -> bool:
    return any(s.activation == part for s in p.diagram.stacks)


def _from_past(p: Placement, state: str, target: str) -> Line:
    d, b = p.diagram, p.at[target]
    a = p.entries[state]
    first = p.at[d.lane[0]][0] if d.lane else LEFT
    if state == d.lane_state and target in d.lane:
        return (a, b)
    if state == d.lane_state and b[1] < p.rows["weight"]:  # a peephole, or a mix
        if b[0] < first:
            return (a, (b[0], a[1]), b)
        tap, y = first - PITCH / 2 + 4.0, a[1] + 32.0
        return (a, (tap, a[1]), (tap, y), (b[0], y), b)
    if state == d.lane_state:  # down to the bus, and along it
        drop = EDGE + 65.0
        return (a, (drop, a[1]), (drop, p.rows["h"]), (b[0], p.rows["h"]), b)
    return (a, (b[0], a[1]), b)


def _from_lane(p: Placement, a: Point, target: str) -> Line:
    b = p.at[target]
    return (a, (b[0], a[1]), b)


def _from_gate(p: Placement, source: str, target: str) -> Line:
    """Wire up from an activation; beside another column's parts it runs between the columns."""
    d, a, b = p.diagram, p.at[source], p.at[target]
    fork = p.rows["fork"]
    if target in d.tail and b[1] == fork:
        return (a, (a[0], fork), b)
    if a[0] == b[0] and b[1] < a[1]:
        return (a, b)
    above = [i for i, (x, y) in p.at.items() if x == a[0] and b[1] <= y < fork]
    if target in d.mixes and not above:
        return (a, (a[0], b[1]), b)
    if target in d.lane:
        return (a, (a[0], fork), (b[0], fork), b)
    return _by_gutter(p, source, b)


def _by_gutter(p: Placement, source: str, b: Point) -> Line:
    """Along the row above the gates and up or down between two columns.

    What only goes up turns a little higher, so that it never lies on what goes down.
    """
    a, fork = p.at[source], p.rows["fork"]
    if all(p.at[r][1] < fork for r in p.diagram.readers(source)):
        fork -= 20.0
    column = min(p.columns.values(), key=lambda x: abs(x - b[0]))
    x = column - PITCH / 2
    return (a, (a[0], fork), (x, fork), (x, b[1]), b)


def _lead_out(p: Placement) -> None:
    """New states leave to the right: along the lane, or down to the height the past comes in at."""
    d, right = p.diagram, p.width - EDGE
    for state, i in d.states.items():
        a = p.at[i]
        if state == d.lane_state:
            line: Line = (a, (right, a[1]))
        else:
            x = p.rows.get("out", p.rows["right"] + 20.0)
            start = [a, (a[0], p.rows["fork"])] if _is_gate(p, i) else [a]
            y = p.entries.get(state, (0.0, p.rows["h"]))[1]
            line = (*start, (x, start[-1][1]), (x, y), (right, y))
        p.exits[state] = line[-1]
        p.wires.append((i, f"now.{state}", _tidy(line)))


# -- lines -----------------------------------------------------------------------------------


def _tidy(line: Line) -> Line:
    """The wire without repeated points and without corners that do not turn."""
    points: list[Point] = []
    for point in line:
        if points and point == points[-1]:
            continue
        if len(points) > 1 and _straight(points[-2], points[-1], point):
            points.pop()
        points.append(point)
    return tuple(points)


def _straight(a: Point, b: Point, c: Point) -> bool:
    return (a[0] == b[0] == c[0]) or (a[1] == b[1] == c[1])


def _cut(a: Point, b: Point, at: list[Point]) -> Iterator[tuple[Point, Point]]:
    """A segment in pieces, cut at every given point on it."""
    on = {q for q in at if _straight(a, q, b) and min(a, b) <= q <= max(a, b)} | {a, b}
    points = sorted(on, reverse=a > b)
    yield from pairwise(points)


def _sign(v: float) -> float:
    return float((v > 0) - (v < 0))
