"""The service beside what one would write first (benchmarks/plain.py), in one run, on the same weights and texts.

    python -m benchmarks.serve [--seconds 30] [--model FOLDER] [--network]

(a) FastAPI and the transformers pipeline on torch fp32, (b) the same on ONNX Runtime with the released int8 weights, (c) ours.
Throughput and latency at 1, 8 and 32 clients, the latency of one report at one client, then where our time goes: the share of the
matrix products in the network, and how near they come to the fp32 peak that this machine shows. --network: the time a token costs
alone and in batches.
"""

import argparse
import json
import os
import re
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from benchmarks.clients import Load, Service, load, report, started, texts
from zhibiao import Extractor, layout, models
from zhibiao.encoding import encode
from zhibiao.tagger import cores
from zhibiao.view import normalise
from zhibiao.windows import windows

CLIENTS = (1, 8, 32)
PRODUCTS = ("MatMul", "FusedMatMul", "Gemm")
SHAPES = ((1, 16), (4, 16), (1, 32), (8, 32), (1, 64), (8, 64), (1, 128), (4, 128), (1, 256), (2, 256))


def session(path: Path | bytes, threads: int, profile: str = "") -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    options.add_session_config_entry("session.disable_quant_qdq", "1")  # as zhibiao.tagger does
    if profile:
        options.enable_profiling, options.profile_file_prefix = True, profile
    return onnxruntime.InferenceSession(path if isinstance(path, bytes) else str(path), options, providers=["CPUExecutionProvider"])


def random_input(rows: int, tokens: int) -> dict[str, np.ndarray]:
    ids = np.random.default_rng(0).integers(5, 5000, (rows, tokens))
    return {"ids": ids, "mask": np.ones_like(ids)}


def alone_and_in_batches(path: Path) -> None:
    """Print what a token costs on one thread, in processor time, by rows and tokens of a batch."""
    network = session(path, 1)
    print("| windows × tokens | µs a token |\n|---|---|")
    for rows, tokens in SHAPES:
        inputs, spent = random_input(rows, tokens), []
        for _ in range(12):
            began = time.process_time()
            network.run(None, inputs)
            spent.append(time.process_time() - began)
        print(f"| {rows} × {tokens} | {median(spent) / rows / tokens * 1e6:.0f} |", flush=True)


def peak(size: int = 1024, runs: int = 8) -> float:
    """Operations a second that ONNX Runtime reaches on this machine in fp32, on a large square product with all cores."""
    weights = numpy_helper.from_array(np.random.default_rng(0).standard_normal((size, size), np.float32), "weights")
    graph = helper.make_graph([helper.make_node("MatMul", ["input", "weights"], ["output"])], "peak",
                              [helper.make_tensor_value_info("input", TensorProto.FLOAT, [size, size])],
                              [helper.make_tensor_value_info("output", TensorProto.FLOAT, [size, size])], [weights])
    product = session(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10).SerializeToString(), cores())
    inputs, spent = {"input": np.random.default_rng(1).standard_normal((size, size), np.float32)}, []
    for _ in range(runs):
        began = time.perf_counter()
        product.run(None, inputs)
        spent.append(time.perf_counter() - began)
    return 2 * size**3 / min(spent)


def products(path: Path, lengths: Sequence[int]) -> tuple[float, float]:
    """(share of the network's time in matrix products, operations a second in those with weights, on one thread) on windows of these
    lengths."""
    graph = onnx.load(path).graph
    weights = {tensor.name.removesuffix(".int8"): int(np.prod(tensor.dims)) for tensor in graph.initializer if len(tensor.dims) == 2}
    a_token = 2 * sum(weights.get(node.input[1], 0) for node in graph.node if node.op_type == "MatMul")
    with tempfile.TemporaryDirectory() as place:
        network = session(path, 1, f"{place}/profile")
        for tokens in lengths:
            network.run(None, random_input(1, tokens))
        events = json.loads(Path(network.end_profiling()).read_text(encoding="utf-8"))
    kernels = [event for event in events if event.get("cat") == "Node" and event["name"].endswith("_kernel_time")]
    inside = sum(event["dur"] for event in kernels if event["args"]["op_name"] in PRODUCTS)
    return inside / sum(event["dur"] for event in kernels), a_token * sum(lengths) / (inside / 1e6)


def lengths(extractor: Extractor, chosen: Sequence[str]) -> list[int]:
    """The tokens of each window of the texts."""
    found = []
    for text in chosen:
        view = normalise(text)
        cut = list(windows(view.text, layout.read(view.text), [(0, len(view.text))], extractor.tagger.shape))
        found += [len(encoded.ids) for encoded in encode(extractor.tagger.tokenizer, view.text, cut)]
    return found


def counted(service: Service, name: str) -> float:
    match = re.search(rf"^{name} (\S+)", service.get("/metrics"), re.M)
    return float(match[1]) if match else 0.0


def measured(service: Service, seconds: float) -> dict[int | str, Load]:
    load(service, texts(), 2, requests=8)
    found: dict[int | str, Load] = {clients: load(service, texts(), clients, seconds) for clients in CLIENTS}
    found["report"] = load(service, [report()], 1, seconds)
    return found


def ratio(value: float, other: float) -> str:
    return f"{value / other:.2f}"


def compare(systems: dict[str, dict[int | str, Load]]) -> None:
    """Print the systems as a table, with the ratios of ours to the others."""
    ours = systems["ours"]
    print("| clients | system | texts/s | p50 ms | p95 ms | p99 ms | ours: texts/s × | ours: p50 × |\n|---|---|---|---|---|---|---|---|")
    for clients in ours:
        for name, found in systems.items():
            one = found[clients]
            if one.failed or set(one.statuses) != {200}:
                raise SystemExit(f"{name} at {clients} clients: {one.failed} connections broke, statuses {dict(one.statuses)}; nothing to compare")
            print(f"| {'1, the report' if clients == 'report' else clients} | {name} | {one.throughput:.2f} | "
                  + " | ".join(f"{one.percentile(percent):.0f}" for percent in (50, 95, 99))
                  + f" | {ratio(ours[clients].throughput, one.throughput)} | {ratio(ours[clients].percentile(50), one.percentile(50))} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=30, help="of load for each system and number of clients")
    parser.add_argument("--model", type=Path, default=models.RELEASED)
    parser.add_argument("--network", action="store_true", help="only the time of a token alone and in batches")
    options = parser.parse_args()
    path = options.model / "model.onnx"
    if options.network:
        alone_and_in_batches(path)
        return
    systems = {}
    for name, module in (("(a) torch fp32", ("benchmarks.plain", "torch", str(options.model))),
                         ("(b) ONNX Runtime", ("benchmarks.plain", "onnx", str(options.model)))):
        with started(module) as service:
            systems[name] = measured(service, options.seconds)
    # All clients may wait, as they may in the plain services.
    with started(["service"], ZHIBIAO_MODEL=str(options.model), ZHIBIAO_QUEUE=str(max(CLIENTS))) as service:
        systems["ours"] = measured(service, options.seconds)
        network, tokens = counted(service, "zhibiao_network_seconds_total"), counted(service, "zhibiao_run_tokens_sum")
        load(service, texts(), 8, options.seconds)
        seconds, tokens = counted(service, "zhibiao_network_seconds_total") - network, counted(service, "zhibiao_run_tokens_sum") - tokens
        ready = service.ready
    compare(systems)
    share, speed = products(path, lengths(Extractor.load(options.model), texts()))
    best = peak()
    print(f"\nours: ready after {ready:.1f} s; {tokens / options.seconds:,.0f} tokens/s at 8 clients, "
          f"the network at work for {seconds / options.seconds / cores():.0%} of {cores()} cores' time")
    print(f"matrix products: {share:.0%} of the network's time, {speed / 1e9:.1f} GFLOPS on a thread, {speed * cores() / best:.0%} of this machine's "
          f"measured peak ({best / 1e9:.1f} GOPS on {cores()} cores; onnxruntime {onnxruntime.__version__}, pid {os.getpid()})")


if __name__ == "__main__":
    main()
