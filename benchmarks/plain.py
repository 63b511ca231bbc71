"""What one would write first: FastAPI and the `pipeline` of transformers, on the weights of a model folder.

    ZHIBIAO_PORT=8001 python -m benchmarks.plain torch|onnx MODEL

The pipeline carries one head, so it gives borders only: no indicators, roles, objects, values, tables, checks or confidences.
"""

import argparse
import os
from pathlib import Path
from typing import Any

import onnxruntime
import torch
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from tokenizers import Tokenizer
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertForTokenClassification, Pipeline, PreTrainedTokenizerFast, pipeline
from transformers.modeling_outputs import TokenClassifierOutput

from training.export import released
from zhibiao import labels
from zhibiao.encoding import END, START
from zhibiao.view import normalise

POSITIONS = 512
STRIDE = 70  # the context that our windows have


class Text(BaseModel):
    text: str


class OnnxTagger(BertForTokenClassification):  # type: ignore[misc]
    """The network of a model folder behind the face of a transformers model."""

    def __init__(self, config: BertConfig, path: Path) -> None:
        super().__init__(BertConfig(**{**config.to_dict(), "num_hidden_layers": 1}))
        options = onnxruntime.SessionOptions()
        options.add_session_config_entry("session.disable_quant_qdq", "1")  # as zhibiao.tagger does
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor, **_: Any) -> TokenClassifierOutput:
        border, = self.session.run(["border"], {"ids": input_ids.numpy(), "mask": attention_mask.numpy()})
        return TokenClassifierOutput(logits=torch.from_numpy(border))


def build(runtime: str, folder: Path) -> Pipeline:
    """The pipeline: fp32 on torch, or the folder's network on ONNX Runtime; one window at a time, as it does by itself."""
    tagger = released(folder)
    config = BertConfig(**{**tagger.encoder.config.to_dict(), "num_labels": len(labels.BORDERS), "id2label": dict(enumerate(labels.BORDERS))})
    if runtime == "torch":
        network = BertForTokenClassification(config)
        network.bert.load_state_dict(tagger.encoder.state_dict())
        network.classifier.load_state_dict(tagger.border.state_dict())
    else:
        network = OnnxTagger(config, folder / "model.onnx")
    pieces = Tokenizer.from_file(str(folder / "tokenizer.json"))
    pieces.post_processor = TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", START), ("</s>", END)])
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=pieces, model_max_length=POSITIONS, bos_token="<s>", eos_token="</s>", pad_token="<pad>",
                                        unk_token="<unk>", cls_token="<s>", sep_token="</s>", model_input_names=["input_ids", "attention_mask"])
    return pipeline("token-classification", model=network.eval(), tokenizer=tokenizer, stride=STRIDE, aggregation_strategy="simple", device="cpu")


def create(pipe: Pipeline) -> FastAPI:
    app = FastAPI()

    @app.get("/health/ready")
    def ready() -> str:
        return "ready"

    @app.post("/extract")
    def extract(body: Text) -> list[dict[str, Any]]:
        spans = pipe(normalise(body.text).text)
        return [{"start": int(span["start"]), "end": int(span["end"]), "kind": span["entity_group"], "score": float(span["score"])} for span in spans]

    return app


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runtime", choices=["torch", "onnx"])
    parser.add_argument("model", type=Path)
    options = parser.parse_args()
    pipe = build(options.runtime, options.model)
    pipe("网站5家")
    uvicorn.run(create(pipe), port=int(os.environ["ZHIBIAO_PORT"]), log_level="error")


if __name__ == "__main__":
    main()
