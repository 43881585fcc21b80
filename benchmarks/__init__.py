"""How fast the engine and the pages are, beside their peers in the same process.

One BLAS thread for everybody: at these sizes a second one gains nothing and disturbs the clock.
The variables have to be set before NumPy, PyTorch and JAX are imported, hence here.
"""

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
