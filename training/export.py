"""From a fine-tuned tagger to the files of a model folder: int8 ONNX for serving, int8 safetensors for retraining."""

import hashlib
import json
import logging
import shutil
import tempfile
from pathlib import Path

import numpy as np
import onnx as onnx_format
import onnxruntime
import torch
from onnx import helper, numpy_helper
from safetensors.torch import load_file, save_file
from transformers import BertConfig

from training.model import Tagger
from zhibiao import labels
from zhibiao.tagger import FILES
from zhibiao.windows import Shape

log = logging.getLogger(__name__)


def onnx(tagger: Tagger, path: Path) -> None:
    """The tagger in fp32 ONNX, any batch and length up to 512."""
    example = torch.randint(5, tagger.encoder.config.vocab_size, (2, 24))
    batch, tokens = torch.export.Dim("batch", min=1, max=4096), torch.export.Dim("tokens", min=2, max=512)
    torch.onnx.export(tagger.eval(), (example, torch.ones_like(example)), str(path), dynamo=True, external_data=False, opset_version=18,
                      input_names=["ids", "mask"], output_names=["border", "indicator", "role", "pointer"],
                      dynamic_shapes={"ids": {0: batch, 1: tokens}, "mask": {0: batch, 1: tokens}}, verbose=False)


def assert_onnx_matches_torch(tagger: Tagger, path: Path, tolerance: float = 2e-3) -> None:
    """Hold the fp32 network against the tagger on random input. Raises AssertionError with the greatest difference."""
    ids = torch.randint(5, tagger.encoder.config.vocab_size, (3, 50))
    mask = torch.ones_like(ids)
    mask[1, 30:] = 0
    ids[1, 30:] = 1
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    found = session.run(None, {"ids": ids.numpy(), "mask": mask.numpy()})
    with torch.no_grad():
        expected = tagger.eval()(ids, mask)
    kept = mask.bool().numpy()
    worst = max(float(np.abs(a.numpy() - b)[kept].max()) for a, b in zip(expected, found, strict=True))
    if worst > tolerance:
        raise AssertionError(f"ONNX and torch differ by {worst:.5f}, at most {tolerance} expected")


def quantise(source: Path, target: Path) -> None:
    """fp32 ONNX to weights in int8, a scale for each column of a matrix and each row of the embeddings; the arithmetic stays fp32.

    ONNX Runtime unpacks them when it loads. Quantising the activations too costs ten times as much accuracy, makes an answer
    depend on the processor, and is no faster without VNNI.
    """
    model = onnx_format.load(source)
    weights = {tensor.name: tensor for tensor in model.graph.initializer if len(tensor.dims) == 2 and min(tensor.dims) > 1}
    unpacking = []
    for node in model.graph.node:
        for name in node.input:
            if node.op_type not in ("MatMul", "Gather") or name not in weights:
                continue
            tensor = weights.pop(name)
            axis = 1 if node.op_type == "MatMul" else 0
            values = numpy_helper.to_array(tensor)
            scales = np.maximum(np.abs(values).max(axis=1 - axis), 1e-8) / 127
            rounded = np.rint(values / np.expand_dims(scales, 1 - axis)).astype(np.int8)
            model.graph.initializer.remove(tensor)
            model.graph.initializer.extend([numpy_helper.from_array(rounded, f"{name}.int8"), numpy_helper.from_array(scales, f"{name}.scales")])
            unpacking.append(helper.make_node("DequantizeLinear", [f"{name}.int8", f"{name}.scales"], [name], f"{name}.unpack", axis=axis))
    nodes = [*unpacking, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx_format.save(model, target)


def pack(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Matrices as int8 with a scale for each row under `<name>.scale`; the rest as it is."""
    packed = {}
    for name, tensor in state.items():
        if tensor.dim() == 2 and tensor.is_floating_point():
            scale = tensor.abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / 127
            packed[name], packed[f"{name}.scale"] = (tensor / scale).round().to(torch.int8), scale
        else:
            packed[name] = tensor.contiguous()
    return packed


def unpack(packed: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The state that `pack` packed, in float."""
    return {name: tensor.float() * packed[f"{name}.scale"] if f"{name}.scale" in packed else tensor
            for name, tensor in packed.items() if not name.endswith(".scale")}


def released(folder: Path) -> Tagger:
    """The tagger of a model folder, for retraining."""
    config = BertConfig(**json.loads((folder / "config.json").read_text(encoding="utf-8"))["encoder"])
    tagger = Tagger(config)
    tagger.load_state_dict(unpack(load_file(folder / "model.safetensors")))
    return tagger


def write(tagger: Tagger, tokenizer: Path, folder: Path, name: str, version: str, shape: Shape, fp32: Path | None = None) -> None:
    """The network, weights, tokenizer and configuration of a model folder; `fp32` keeps the unquantised network there."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        full = Path(place) / "full.onnx"
        onnx(tagger, full)
        assert_onnx_matches_torch(tagger, full)
        quantise(full, folder / "model.onnx")
        if fp32:
            fp32.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(full, fp32)
    save_file(pack(tagger.state_dict()), folder / "model.safetensors")
    shutil.copy(tokenizer, folder / "tokenizer.json")
    encoder = tagger.encoder.config
    config = {
        "name": name, "version": version,
        "labels": {"borders": labels.BORDERS, "indicators": labels.indicators(), "roles": labels.roles()},
        "normalisation": "one character to one: full-width ASCII folded, OpenCC t2s by character, invisible characters dropped",
        "window": {field: getattr(shape, field) for field in ("core", "left", "right", "headings")},
        "encoder": {field: getattr(encoder, field) for field in (
            "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "pad_token_id",
            "max_position_embeddings", "type_vocab_size", "layer_norm_eps")},
    }
    (folder / "config.json").write_text(json.dumps(config, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    log.info("wrote %s", folder)


def seal(folder: Path) -> None:
    """Write SHA256SUMS over the files of a model folder."""
    sums = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in FILES]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")
