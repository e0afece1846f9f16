"""The arithmetic of a BERT encoder as an ONNX graph without weights: how ``index/minilm.onnx`` is made.

``python -m index.graph`` writes the file anew (it needs the package ``onnx``; running the graph does not). Operators of
the domain com.microsoft are onnxruntime's fused ones. Weights are given when a session is opened, so the file takes a
few kilobytes. BERT: Devlin et al. 2019; MiniLM: Wang et al. 2020.
"""

from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("minilm.onnx")
LAYERS, HEADS, WIDTH = 6, 12, 384
EPSILON = 1e-12  # of the layer norms
_FUSED = "com.microsoft"


def model() -> bytes:
    """Return the graph: ``input_ids`` and ``attention_mask`` (n, length) int32 to ``states`` (n, length, WIDTH).

    The names and shapes of its weights are those of ``index.minilm.weights``.
    """
    from onnx import TensorProto, helper

    nodes: list[Any] = []
    names: dict[str, tuple[int, ...]] = {}

    def weight(name: str, *shape: int) -> str:
        names[name] = shape
        return name

    def apply(kind: str, inputs: list[str], output: str, **options: Any) -> str:  # noqa: ANN401
        domain = "" if kind == "MatMul" else _FUSED
        nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **options))
        return output

    norm = [weight("embed.scale", WIDTH), weight("embed.shift", WIDTH)]
    tables = ["input_ids", "", weight("words", 30522, WIDTH), weight("positions", 512, WIDTH), ""]
    nodes.append(
        helper.make_node(
            "EmbedLayerNormalization", [*tables, *norm, "attention_mask"], ["x", "lengths"], domain=_FUSED,
            epsilon=EPSILON,
        )
    )  # fmt: skip
    x = "x"
    for n in range(LAYERS):
        last = n == LAYERS - 1
        joint = [weight(f"{n}.qkv", WIDTH, 3 * WIDTH), weight(f"{n}.qkv.bias", 3 * WIDTH)]
        heads = apply("Attention", [x, *joint, "attention_mask"], f"{n}.heads", num_heads=HEADS)
        mixed = apply("MatMul", [heads, weight(f"{n}.mix", WIDTH, WIDTH)], f"{n}.mixed")
        norm = [weight(f"{n}.mix.{part}", WIDTH) for part in ("scale", "shift", "bias")]
        x = apply("SkipLayerNormalization", [mixed, x, *norm], f"{n}.attended", epsilon=EPSILON)
        wide = apply("MatMul", [x, weight(f"{n}.widen", WIDTH, 4 * WIDTH)], f"{n}.wide")
        wide = apply("BiasGelu", [wide, weight(f"{n}.widen.bias", 4 * WIDTH)], f"{n}.bent")
        narrow = apply("MatMul", [wide, weight(f"{n}.narrow", 4 * WIDTH, WIDTH)], f"{n}.narrowed")
        norm = [weight(f"{n}.narrow.{part}", WIDTH) for part in ("scale", "shift", "bias")]
        x = apply("SkipLayerNormalization", [narrow, x, *norm], "states" if last else f"{n}.out", epsilon=EPSILON)
    of_words = [helper.make_tensor_value_info(name, TensorProto.INT32, ["n", "length"]) for name in _INPUTS]
    states = helper.make_tensor_value_info("states", TensorProto.FLOAT, ["n", "length", WIDTH])
    graph = helper.make_graph(nodes, "bert", of_words, [states], [_elsewhere(*item) for item in names.items()])
    versions = [helper.make_opsetid("", 17), helper.make_opsetid(_FUSED, 1)]
    return bytes(helper.make_model(graph, opset_imports=versions, ir_version=9).SerializeToString(deterministic=True))


_INPUTS = ("input_ids", "attention_mask")


def _elsewhere(name: str, shape: tuple[int, ...]) -> Any:  # noqa: ANN401 - onnx has no types for its messages
    """Return a weight that is given when a session is opened."""
    from onnx import TensorProto

    tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape, data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="given at run time")
    return tensor


if __name__ == "__main__":
    FILE.write_bytes(model())
