"""Bytes that a process keeps to be quick again: one number for plans, training and results.

Plans of kernels and the buffers of training have their shares; what they leave is for results.
A server without readers has about 165 MB of libraries; on top of that come this, what is being
computed just now, and what sessions hold.
"""

from __future__ import annotations

from typing import Final

KEPT: Final = 160 << 20  # of everything together
PLANS: Final = KEPT // 4  # of kernels, at most
TRAINING: Final = KEPT // 3  # of buffers that wait for the next update, at most
