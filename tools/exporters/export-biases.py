"""Exports small causal attention models with biases that depend on the distance only, as people write them.

Usage: python export-biases.py FOLDER [VARIANT...]

Each variant is written by both exporters of PyTorch, as VARIANT.dynamo.onnx and VARIANT.script.onnx, with dynamic batch
and sequence. Needs torch, onnx and onnxscript.
"""

import argparse
import math
import warnings
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

WIDTH, HEADS, LONGEST = 32, 4, 1024
HEAD = WIDTH // HEADS


def slopes(heads=HEADS, steepness=8.0):
    return torch.tensor([2.0 ** (-steepness * (h + 1) / heads) for h in range(heads)])


def causal(length):
    return torch.triu(torch.full((length, length), float("-inf")), diagonal=1)


class Bias(nn.Module):
    """Makes what is added to the scores: [heads | 1, queries | 1, keys], or with a batch before."""

    masked = False

    def forward(self, x, mask):
        raise NotImplementedError


class PaperAlibi(Bias):
    """The code of the ALiBi paper: a buffer of slopes times positions with the causal mask in it, sliced."""

    masked = True

    def __init__(self):
        super().__init__()
        alibi = slopes().view(-1, 1, 1) * torch.arange(LONGEST).view(1, 1, -1).expand(HEADS, -1, -1)
        self.register_buffer("table", causal(LONGEST).unsqueeze(0) + alibi, persistent=False)

    def forward(self, x, mask):
        length = x.shape[1]
        return self.table[:, :length, :length]


class KeyAlibi(Bias):
    """Slopes times the positions of keys."""

    def __init__(self):
        super().__init__()
        self.register_buffer("slopes", slopes())

    def forward(self, x, mask):
        return self.slopes[:, None, None] * torch.arange(x.shape[1])[None, None, :]


class DistanceAlibi(KeyAlibi):
    """Slopes times j − i."""

    def forward(self, x, mask):
        positions = torch.arange(x.shape[1])
        return self.slopes[:, None, None] * (positions[None, :] - positions[:, None])


class AbsoluteAlibi(KeyAlibi):
    """Slopes times −|i − j|, of positions in float32."""

    def forward(self, x, mask):
        positions = torch.arange(x.shape[1], dtype=torch.float32)
        return -(positions[:, None] - positions[None, :]).abs()[None] * self.slopes[:, None, None]


class ComputedSlopes(Bias):
    """Slopes computed in the graph."""

    def forward(self, x, mask):
        steps = torch.arange(1, HEADS + 1, dtype=torch.float32)
        powers = torch.pow(2.0, -8.0 * steps / HEADS).view(1, HEADS, 1, 1)
        positions = torch.arange(x.shape[1])
        return powers * (positions[None, None, None, :] - positions[None, None, :, None])


class MptAlibi(Bias):
    """MPT: positions 1 − longest … 0 in a buffer, the last ones taken."""

    def __init__(self):
        super().__init__()
        positions = torch.arange(1 - LONGEST, 1, dtype=torch.int32).view(1, 1, 1, LONGEST)
        self.register_buffer("table", positions * slopes().view(1, HEADS, 1, 1), persistent=False)

    def forward(self, x, mask):
        return self.table[:, :, :, -x.shape[1] :]


class BloomAlibi(KeyAlibi):
    """BLOOM: positions count the keys that the padding mask allows."""

    def forward(self, x, mask):
        positions = ((mask.cumsum(dim=-1) - 1) * mask)[:, None, :]
        return (self.slopes[..., None] * positions)[:, :, None, :]


class T5Bias(Bias):
    """T5: buckets that grow with the logarithm of the distance, an embedding of them."""

    bidirectional = False

    def __init__(self, buckets=32, farthest=128):
        super().__init__()
        self.buckets, self.farthest = buckets, farthest
        self.table = nn.Embedding(buckets, HEADS)
        with torch.no_grad():
            falling = -torch.arange(buckets).float()[:, None] * torch.tensor([0.2, 1.0, 2.0, 4.0])
            self.table.weight.copy_(falling + 0.3 * torch.randn(buckets, HEADS))

    def bucket(self, relative):
        buckets, offset = self.buckets, 0
        if self.bidirectional:
            buckets //= 2
            offset = (relative > 0).to(torch.long) * buckets
            relative = torch.abs(relative)
        else:
            relative = -torch.min(relative, torch.zeros_like(relative))
        exact = buckets // 2
        large = exact + (
            torch.log(relative.float() / exact) / math.log(self.farthest / exact) * (buckets - exact)
        ).to(torch.long)
        large = torch.min(large, torch.full_like(large, buckets - 1))
        return offset + torch.where(relative < exact, relative, large)

    def forward(self, x, mask):
        length = x.shape[1]
        context = torch.arange(length, dtype=torch.long)[:, None]
        memory = torch.arange(length, dtype=torch.long)[None, :]
        return self.table(self.bucket(memory - context)).permute([2, 0, 1]).unsqueeze(0)


class T5Encoder(T5Bias):
    bidirectional = True


class LearnedTable(Bias):
    """A learned bias for each distance up to a largest one."""

    def __init__(self, farthest=64):
        super().__init__()
        self.farthest = farthest
        self.table = nn.Parameter(-torch.arange(farthest + 1).float() * torch.tensor([0.1, 0.4, 0.8, 3.0])[:, None])

    def forward(self, x, mask):
        positions = torch.arange(x.shape[1])
        distance = (positions[:, None] - positions[None, :]).clamp(0, self.farthest)
        return self.table[:, distance]


class Kerple(Bias):
    """KERPLE, logarithmic: −a · log(1 + b · |i − j|)."""

    def __init__(self):
        super().__init__()
        self.a = nn.Parameter(torch.tensor([1.0, 3.0, 8.0, 12.0]).view(HEADS, 1, 1))
        self.b = nn.Parameter(torch.tensor([0.1, 0.5, 1.0, 2.0]).view(HEADS, 1, 1))

    def forward(self, x, mask):
        positions = torch.arange(x.shape[1])
        distance = torch.tril(positions[:, None] - positions[None, :]).float()
        return -self.a * torch.log(1 + self.b * distance)


class Rope(Bias):
    """No bias; queries and keys are rotated."""

    def forward(self, x, mask):
        return None


class RmsNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.gain = nn.Parameter(0.5 + torch.rand(width))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * self.gain


def rotate(x):
    angles = torch.arange(x.shape[2]).float()[:, None] * 10000 ** (-torch.arange(0, HEAD, 2).float() / HEAD)
    angles = torch.cat((angles, angles), -1)
    left, right = x.chunk(2, -1)
    return x * angles.cos() + torch.cat((-right, left), -1) * angles.sin()


class Model(nn.Module):
    def __init__(self, bias, normed=True, padded=False, scaled=True, rope=False, causal=True):
        super().__init__()
        self.bias, self.padded, self.scaled, self.rope, self.causal = bias, padded, scaled, rope, causal
        self.embed = nn.Embedding(64, WIDTH)
        self.norm = RmsNorm(WIDTH)
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH, bias=False) for _ in range(4))
        self.query_norm, self.key_norm = (RmsNorm(HEAD) if normed else nn.Identity() for _ in range(2))

    def heads(self, x):
        return x.view(x.shape[0], -1, HEADS, HEAD).transpose(1, 2)

    def forward(self, tokens, attention_mask=None):
        x = self.embed(tokens)
        length = x.shape[1]
        h = self.norm(x)
        q = self.query_norm(self.heads(self.query(h)))
        k = self.key_norm(self.heads(self.key(h)))
        v = self.heads(self.value(h))
        if self.rope:
            q, k = rotate(q), rotate(k)
        scores = q @ k.transpose(-1, -2)
        if self.scaled:
            scores = scores / math.sqrt(HEAD)
        bias = self.bias(x, attention_mask)
        if bias is not None:
            scores = scores + bias
        if self.causal and not self.bias.masked:
            visible = torch.ones(length, length, dtype=torch.bool).tril()
            scores = scores.masked_fill(~visible, float("-inf"))
        if self.padded:
            scores = scores.masked_fill(~attention_mask.bool()[:, None, None, :], torch.finfo(torch.float32).min)
        y = functional.softmax(scores, dim=-1) @ v
        return self.out(y.transpose(1, 2).reshape(x.shape)) + x


VARIANTS = {
    "paper-alibi": lambda: Model(PaperAlibi()),
    "key-alibi": lambda: Model(KeyAlibi()),
    "distance-alibi": lambda: Model(DistanceAlibi()),
    "absolute-alibi": lambda: Model(AbsoluteAlibi()),
    "computed-slopes": lambda: Model(ComputedSlopes()),
    "mpt-alibi": lambda: Model(MptAlibi()),
    "bloom-alibi": lambda: Model(BloomAlibi(), padded=True),
    "padded-alibi": lambda: Model(DistanceAlibi(), padded=True),
    "unnormed-alibi": lambda: Model(DistanceAlibi(), normed=False),
    "t5": lambda: Model(T5Bias(), scaled=False),
    "unnormed-t5": lambda: Model(T5Bias(), normed=False, scaled=False),
    "padded-t5": lambda: Model(T5Bias(), padded=True, scaled=False),
    "t5-encoder": lambda: Model(T5Encoder(), scaled=False, causal=False),
    "t5-encoder-buckets": lambda: Model(T5Encoder(), scaled=False),
    "learned-table": lambda: Model(LearnedTable()),
    "kerple": lambda: Model(Kerple()),
    "rope": lambda: Model(Rope(), rope=True),
}


def export(name, folder):
    torch.manual_seed(0)
    model = VARIANTS[name]().eval()
    tokens = torch.randint(0, 64, (2, 24))
    inputs, names = (tokens,), ["tokens"]
    if model.padded:
        inputs, names = (tokens, torch.ones_like(tokens)), ["tokens", "attention_mask"]
    axes = {each: {0: "batch", 1: "sequence"} for each in [*names, "output"]}
    script = folder / f"{name}.script.onnx"
    torch.onnx.export(
        model, inputs, script, dynamo=False, opset_version=17, input_names=names, output_names=["output"], dynamic_axes=axes
    )
    shapes = {each: {0: torch.export.Dim("batch"), 1: torch.export.Dim("sequence", max=LONGEST)} for each in names}
    shapes = [shapes[each] for each in names] + ([] if model.padded else [None])
    torch.onnx.export(
        model,
        inputs if model.padded else (tokens, None),
        folder / f"{name}.dynamo.onnx",
        dynamo=True,
        input_names=names,
        output_names=["output"],
        dynamic_shapes=shapes,
        external_data=False,
        verbose=False,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("variants", nargs="*", default=list(VARIANTS))
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for name in arguments.variants:
        export(name, arguments.folder)
        print(name)


if __name__ == "__main__":
    main()
