"""Recurrent networks in NumPy that keep everything they compute.  See `Network` and `run`."""

from rnn_core.cells import CELLS, GRU, LSTM, RNN
from rnn_core.experiment import Experiment
from rnn_core.network import Network
from rnn_core.run import Run, run

__all__ = ["CELLS", "GRU", "LSTM", "RNN", "Experiment", "Network", "Run", "run"]
