"""The arithmetic of the default encoder, and how fast this machine multiplies matrices.

Together they bound ingestion: no program runs the encoder in float32 faster than its matrix products take.
"""

from collections.abc import Sequence
from time import perf_counter

import numpy as np

LAYERS, HIDDEN, FEED_FORWARD = 6, 384, 1536  # all-MiniLM-L6-v2 (Wang et al. 2020)
ROWS = 256  # tokens of one run of the encoder


def encoder_flops(tokens: Sequence[int]) -> float:
    """Return the floating-point operations of the encoder's matrix products over texts of these lengths in tokens.

    A product (a, b) @ (b, c) takes 2abc. For n tokens each layer holds: queries, keys, values and the attention's
    output, 4 products (n, d) @ (d, d); the feed-forward network, (n, d) @ (d, f) and (n, f) @ (f, d); attention itself,
    (n, d) @ (d, n) and (n, n) @ (n, d) over all heads. So layers * (8nd² + 4ndf + 4n²d), with d = 384, f = 1536.
    Normalisation, softmax, GELU and padding are left out: the sum is a lower bound.
    """
    n = np.asarray(tokens, dtype=float)
    each = 8 * n * HIDDEN**2 + 4 * n * HIDDEN * FEED_FORWARD + 4 * n**2 * HIDDEN
    return float(LAYERS * each.sum())


def gemm_rate(seconds: float = 0.3) -> float:
    """Return this machine's float32 rate in FLOP/s, the best of several trials within about ``seconds``.

    A trial multiplies 256 tokens' states by the matrices of one layer; the layers take turns, each with weights of its
    own as in the encoder. numpy's library does it, on as many threads as it takes by itself.
    """
    shapes = ((HIDDEN, 3 * HIDDEN), (HIDDEN, HIDDEN), (HIDDEN, FEED_FORWARD), (FEED_FORWARD, HIDDEN))
    random = np.random.default_rng(0)
    layers = [[random.random(shape, np.float32) for shape in shapes] for _ in range(LAYERS)]
    states = {width: random.random((ROWS, width), np.float32) for width in (HIDDEN, FEED_FORWARD)}
    work = sum(2.0 * ROWS * a * b for a, b in shapes)
    end, best = perf_counter() + seconds, 0.0
    while perf_counter() < end or not best:
        for layer in layers:
            begun = perf_counter()
            for weight in layer:
                np.matmul(states[len(weight)], weight)
            best = max(best, work / (perf_counter() - begun))
    return best
