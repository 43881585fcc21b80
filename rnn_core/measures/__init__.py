"""Named quantities that decide the questions of a deck, each computed by the engine.

MEASURES["gradient_left"](Experiment(cell="rnn", steps=50, hidden=32), {})   # -14.3: log10
"""

from typing import Final

from rnn_core.measures import (
    by_hand,
    clipped,
    gradients,
    jacobian_paths,
    one_unit,
    shipped,
    states,
    story,
    trained_here,
)
from rnn_core.measures.measure import CELL_NAMES, Compute, Kind, Measure
from rnn_core.measures.measure import Own as Own


def _all(kind: Kind, *functions: Compute, names: tuple[str, ...] = ()) -> dict[str, Measure]:
    return {f.__name__: Measure(f, kind, names) for f in functions}


MEASURES: Final[dict[str, Measure]] = {
    **_all(
        "power",
        gradients.gradient_left,
        gradients.gained,
        gradients.last_loss_share,
        jacobian_paths.jacobian_growth,
        jacobian_paths.over_direct_path,
        jacobian_paths.slope_over_direct,
        jacobian_paths.starts_apart,
        jacobian_paths.layers_gained,
        states.start_felt,
        states.held_gained,
        one_unit.unit_product,
        shipped.clue_left,
        shipped.felt_back,
        story.travels_back,
        story.left_on_highway,
    ),
    **_all(
        "number",
        gradients.factor_per_step,
        gradients.encoder_share,
        gradients.truncated_cosine,
        gradients.norm_factor,
        jacobian_paths.stretch,
        jacobian_paths.singular_value,
        jacobian_paths.spectral_radius,
        jacobian_paths.stretch_of_bound,
        clipped.norm_before,
        clipped.norm_after,
        clipped.inside_changed,
        clipped.update_kept,
        clipped.longest_update,
        clipped.descent_error,
        clipped.clipped_loss,
        states.state_distance,
        states.state_changed,
        states.largest_state,
        states.lowest_gate,
        states.held_moves,
        states.held_size,
        states.weights_factor,
        states.half_life,
        one_unit.unit_rest,
        one_unit.unit_slope,
        shipped.later_words,
        shipped.bits_over_pairs,
        shipped.wave_error,
        shipped.price_error,
        trained_here.loss_over_baseline,
        trained_here.dropout_changes,
        by_hand.sum_over_shares,
        story.update_changed,
    ),
    **_all(
        "share",
        gradients.early_share,
        states.saturated,
        shipped.answer_chance,
        shipped.orders_that_turn,
        shipped.positive,
        shipped.translated,
        shipped.translated_lost,
        shipped.captions_right,
        shipped.repeats,
        by_hand.from_next_share,
        by_hand.step_share,
    ),
    **_all("degrees", gradients.truncated_angle, clipped.clip_angle),
    **_all(
        "count",
        gradients.zero_gradients,
        gradients.losses_felt,
        states.weights,
        states.counted_losses,
        story.more_weights,
    ),
    **_all("name", gradients.keeps_most, names=CELL_NAMES),
    **_all("name", shipped.clue_felt_most, shipped.farthest_felt, names=CELL_NAMES),
    **_all("name", jacobian_paths.best_activation, names=("tanh", "sigmoid", "ReLU")),
}
