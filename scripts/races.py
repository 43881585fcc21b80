"""Record the race of act five: some minutes of training, from nothing.

python -m scripts.races
"""

from __future__ import annotations

import os
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is imported

import numpy as np

from rnn_core.studies.race import CELLS, SEEDS, Race, course, write

PATH = Path(__file__).resolve().parents[1] / "assets" / "races" / "order.json"


def main() -> None:
    """Run every cell from every seed, tell how it ends, and keep it."""
    scores, updates = {}, np.empty(0)
    for cell in CELLS:
        runs = []
        for seed in SEEDS:
            updates, found = course(cell, seed)
            runs.append(found)
            print(f"{cell} from seed {seed}: {found[-1]:.2f} right", flush=True)
        scores[cell] = np.array(runs)
    write(PATH, Race(updates, scores))


if __name__ == "__main__":
    main()
