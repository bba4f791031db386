"""Exports small Forgetting Transformers in the forms that people write them, by both of PyTorch's exporters.

    python tools/exporters/export-forgetting.py OUT [NAME-PART ...]

Needs torch, onnx and onnxscript (pip). Writes OUT/<variant>.<exporter>.onnx; `check-forgetting.mjs` prunes each and
compares its outputs with the original's. Weights are random; gate biases are spread from local to global heads.
"""

import contextlib
import math
import sys
import warnings
from dataclasses import dataclass, replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn


@dataclass(frozen=True)
class Variant:
    heads: int = 4
    key_heads: int = 0
    gate_heads: int = 0
    width: int = 32
    layers: int = 2
    gate: str = "logsigmoid"
    bias: str = "bhl"  # layout and spelling of D
    mask: str = "where"
    projection: str = "separate"
    repeat: str = "interleave"
    qk_norm: str = ""
    output_gate: bool = False
    output_norm: bool = False
    shift: bool = False
    norm: str = "hand"
    scale: str = "scores"
    product: str = "matmul"
    attention: str = "plain"
    padding: str = ""
    past: str = ""
    dtype: str = "float32"
    softmax: str = "plain"
    opset: int = 18
    fixed: str = ""  # "batch": a batch of 1; "all": shapes without any symbol
    context: int = 0  # > 0: learned positions and a causal buffer of this many


class HandNorm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(width).uniform_(0.5, 1.5))

    def forward(self, x):
        wide = x.float()
        wide = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + 1e-6)
        return self.weight * wide.to(x.dtype)


class FunctionalNorm(HandNorm):
    def forward(self, x):
        return F.rms_norm(x, (x.shape[-1],), self.weight, 1e-6)


def make_norm(kind, width):
    if kind == "hand":
        return HandNorm(width)
    if kind == "functional":
        return FunctionalNorm(width)
    norm = nn.RMSNorm(width, eps=1e-6) if kind == "module" else nn.LayerNorm(width)
    nn.init.uniform_(norm.weight, 0.5, 1.5)
    if kind == "layer":
        nn.init.uniform_(norm.bias, -0.2, 0.2)
    return norm


def repeat_kv(x, n):
    b, h, l, d = x.shape
    return x[:, :, None].expand(b, h, n, l, d).reshape(b, h * n, l, d)


class Attention(nn.Module):
    def __init__(self, v: Variant):
        super().__init__()
        self.v = v
        self.d = v.width // v.heads
        self.key_heads = v.key_heads or v.heads
        self.gate_heads = v.gate_heads or v.heads
        inner, kv = v.heads * self.d, self.key_heads * self.d
        if v.projection == "separate":
            self.q = nn.Linear(v.width, inner, bias=False)
            self.k = nn.Linear(v.width, kv, bias=False)
            self.v_ = nn.Linear(v.width, kv, bias=False)
        else:
            self.qkv = nn.Linear(v.width, inner + 2 * kv, bias=v.projection != "split")
        self.f = nn.Linear(v.width, self.gate_heads)
        self.o = nn.Linear(inner, v.width, bias=False)
        nn.init.uniform_(self.f.weight, -0.3, 0.3)
        with torch.no_grad():
            self.f.bias.copy_(torch.linspace(-2.0, 4.0, self.gate_heads))
        if v.qk_norm:
            self.q_norm, self.k_norm = make_norm(v.qk_norm, self.d), make_norm(v.qk_norm, self.d)
        if v.output_gate:
            self.g = nn.Linear(v.width, inner, bias=False)
        if v.output_norm:
            self.o_norm = make_norm(v.norm, self.d)
        if v.shift:
            self.shift_k, self.shift_v = nn.Linear(v.width, self.key_heads), nn.Linear(v.width, self.key_heads)
        if v.mask == "buffer":
            self.register_buffer("tri", torch.tril(torch.ones(1, 1, 256, 256, dtype=torch.bool)), persistent=False)
        if v.mask == "float-buffer":
            self.register_buffer("tri", torch.triu(torch.full((256, 256), float("-inf")), 1), persistent=False)

    def project(self, x):
        v, d = self.v, self.d
        b, l, _ = x.shape
        h, kh = v.heads, self.key_heads
        if v.projection == "separate":
            q, k, val = self.q(x), self.k(x), self.v_(x)
            return q.view(b, l, h, d), k.view(b, l, kh, d), val.view(b, l, kh, d)
        qkv = self.qkv(x)
        if v.projection == "chunk":
            return tuple(t.view(b, l, h, d) for t in qkv.chunk(3, dim=-1))
        if v.projection == "split":
            q, k, val = qkv.split([h * d, kh * d, kh * d], dim=-1)
            return q.view(b, l, h, d), k.view(b, l, kh, d), val.view(b, l, kh, d)
        if v.projection == "unbind":
            return qkv.view(b, l, 3, h, d).unbind(2)
        if v.projection == "permute":  # timm: [3, b, h, l, d]
            q, k, val = qkv.view(b, l, 3, h, d).permute(2, 0, 3, 1, 4)
            return q.transpose(1, 2), k.transpose(1, 2), val.transpose(1, 2)
        if v.projection == "heads-first":  # GPT-NeoX: [b, l, h, 3 * d]
            return qkv.view(b, l, h, 3 * d).chunk(3, dim=-1)
        raise ValueError(v.projection)

    def log_gates(self, x):
        z = self.f(x).float() if self.v.dtype == "mixed" else self.f(x)
        kind = self.v.gate
        if kind == "log(sigmoid)":
            return torch.log(torch.sigmoid(z))
        if kind == "logsigmoid":
            return F.logsigmoid(z)
        if kind == "float-logsigmoid":
            return F.logsigmoid(z.float())
        if kind == "module":
            return nn.LogSigmoid()(z)
        if kind == "softplus":
            return -F.softplus(-z)
        if kind == "logaddexp":
            return -torch.logaddexp(torch.zeros_like(z), -z)
        if kind == "log1p":
            return -torch.log1p(torch.exp(-z))
        if kind == "stable":
            return torch.minimum(z, torch.zeros_like(z)) - torch.log1p(torch.exp(-z.abs()))
        if kind == "log-clamp":
            return torch.log(torch.sigmoid(z).clamp(min=1e-6))
        if kind == "log-eps":  # not forgetting attention: gates can pass 1
            return torch.log(torch.sigmoid(z) + 1e-6)
        if kind == "mamba":  # Mamba-2 style: -exp(a) * softplus(z)
            return -torch.exp(torch.linspace(-3, 0, self.gate_heads)) * F.softplus(z)
        raise ValueError(kind)

    def decay(self, log_f):
        """log_f [b, l, h] -> D [b, h, l, l]"""
        kind = self.v.bias
        if kind == "bhl":
            c = log_f.transpose(1, 2).cumsum(-1)
            return c[..., :, None] - c[..., None, :]
        if kind == "unsqueeze":
            c = torch.cumsum(log_f, dim=1).transpose(1, 2)
            return c.unsqueeze(-1) - c.unsqueeze(-2)
        if kind == "blh":
            c = log_f.cumsum(1)
            return (c[:, :, None, :] - c[:, None, :, :]).permute(0, 3, 1, 2)
        if kind == "two-transposes":
            c = log_f.cumsum(1)
            return c.transpose(1, 2).unsqueeze(3) - c.permute(0, 2, 1)[:, :, None]
        if kind == "blh1":
            c = log_f.cumsum(1).unsqueeze(-1).transpose(1, 2)  # [b, h, l, 1]
            return c - c.transpose(-1, -2)
        if kind == "float":
            c = torch.cumsum(log_f.float(), dim=1).permute(0, 2, 1)
            return (c[:, :, :, None] - c[:, :, None, :]).to(log_f.dtype)
        if kind == "einops":
            c = log_f.permute(0, 2, 1).contiguous().cumsum(dim=2)
            b, h, l = c.shape
            return c.view(b, h, l, 1) - c.view(b, h, 1, l)
        if kind == "expand":
            c = log_f.transpose(1, 2).cumsum(-1)
            b, h, l = c.shape
            return c[..., :, None].expand(b, h, l, l) - c[..., None, :].expand(b, h, l, l)
        raise ValueError(kind)

    def causal(self, scores_like, q_len, k_len, padding):
        """bool, true where visible, [l, l] or [b, 1, l, l]"""
        kind, device = self.v.mask, scores_like.device
        if kind in ("tril", "tril-neg"):
            visible = torch.tril(torch.ones(q_len, k_len, dtype=torch.bool, device=device), diagonal=k_len - q_len)
        elif kind == "buffer":
            visible = self.tri[:, :, :q_len, :k_len]
        elif kind in ("arange", "masked_fill", "where", "additive", "additive-min", "additive-1e9", "finfo", "where-1e9"):
            rows = torch.arange(q_len, device=device)[:, None] + (k_len - q_len)
            visible = rows >= torch.arange(k_len, device=device)[None, :]
        elif kind == "position-min":
            p = torch.arange(q_len, device=device)
            visible = (p.view(-1, 1) - p.view(1, -1)) >= 0
        elif kind == "cumsum-positions":
            ones = torch.ones(q_len, device=device)
            p = ones.cumsum(0)
            visible = p[None, :] <= p[:, None]
        else:
            raise ValueError(kind)
        if padding is not None:
            keys = padding[:, None, None, :]
            kind = self.v.padding
            if kind == "and":
                visible = visible & keys.bool()
            elif kind == "logical":
                visible = torch.logical_and(visible, keys != 0)
            elif kind == "both":
                visible = visible & keys.bool() & padding[:, None, :, None].bool()
            elif kind == "mul":
                visible = (visible.to(keys.dtype) * keys) > 0
        return visible

    def masked(self, scores, padding):
        v = self.v
        q_len, k_len = scores.shape[-2:]
        least = torch.finfo(scores.dtype).min
        if v.mask == "none":
            return scores
        if v.mask == "triu-bias":
            return scores + torch.triu(torch.full((q_len, k_len), float("-inf")), diagonal=1 + k_len - q_len)
        if v.mask == "float-buffer":
            return scores + self.tri[:q_len, :k_len]
        if v.mask == "triu-mask":
            return scores.masked_fill(torch.triu(torch.ones(q_len, k_len, dtype=torch.bool), diagonal=1), float("-inf"))
        if v.mask == "triu-eq":
            return scores.masked_fill(torch.triu(torch.ones(q_len, k_len), diagonal=1) == 1, float("-inf"))
        if v.mask == "tril-eq0":
            return scores.masked_fill(torch.tril(torch.ones(q_len, k_len)) == 0, float("-inf"))
        if v.mask == "hf":  # a 4-D additive mask of finfo.min, causal and padding in one
            mask = torch.full((q_len, k_len), least, dtype=scores.dtype)
            mask = torch.triu(mask, diagonal=1)
            mask = mask[None, None].expand(scores.shape[0], 1, q_len, k_len)
            if padding is not None:
                empty = mask + padding[:, None, None, :].to(scores.dtype)
                mask = mask.masked_fill(empty == 0, least)
            return scores + mask
        visible = self.causal(scores, q_len, k_len, padding)
        if v.mask == "masked_fill":
            scores = scores.masked_fill(~visible, float("-inf"))
        elif v.mask == "finfo":
            scores = scores.masked_fill(~visible, least)
        elif v.mask == "where-1e9":
            scores = torch.where(visible, scores, torch.tensor(-1e9, dtype=scores.dtype))
        elif v.mask in ("additive", "additive-min", "additive-1e9"):
            fill = {"additive": float("-inf"), "additive-min": least, "additive-1e9": -1e9}[v.mask]
            scores = scores + torch.zeros_like(visible, dtype=scores.dtype).masked_fill(~visible, fill)
        elif v.mask == "tril-neg":
            scores = torch.where(visible, scores, torch.full_like(scores, float("-inf")))
        else:
            scores = torch.where(visible, scores, float("-inf"))
        return scores

    def forward(self, x, padding=None, past=None):
        v, d = self.v, self.d
        b, l, _ = x.shape
        h, kh = v.heads, self.key_heads
        q, k, val = self.project(x)
        if v.shift:
            a = torch.sigmoid(self.shift_k(x))[..., None]
            c = torch.sigmoid(self.shift_v(x))[..., None]
            k = a * F.pad(k[:, :-1], (0, 0, 0, 0, 1, 0)) + (1 - a) * k
            val = c * F.pad(val[:, :-1], (0, 0, 0, 0, 1, 0)) + (1 - c) * val
        if v.qk_norm:
            q, k = self.q_norm(q), self.k_norm(k)
        log_f = self.log_gates(x)
        if v.padding == "gates":
            log_f = log_f.masked_fill(padding[..., None] == 0, 0.0)
        if v.scale == "query":
            q = q * d**-0.5
        if v.scale == "both":
            q, k = q * d**-0.25, k * d**-0.25
        q, k, val = q.transpose(1, 2), k.transpose(1, 2), val.transpose(1, 2)
        present = None
        if past is not None:
            k = torch.cat([past[0], k], 2)
            val = torch.cat([past[1], val], 2)
            if v.past == "log-gates":
                log_f = torch.cat([past[2], log_f.transpose(1, 2)], 2)  # [b, h, keys]
                present = (k, val, log_f)
                c = log_f.cumsum(-1)
                D = c[:, :, -l:, None] - c[:, :, None, :]
            elif v.past == "sums":
                # the newest sum before: zero for an empty cache
                carried = past[2]
                last = F.pad(carried, (1, 0))[..., -1:]
                new = last + log_f.transpose(1, 2).cumsum(-1)
                c = torch.cat([carried, new], 2)
                present = (k, val, c)
                D = new[..., None] - c[:, :, None, :]
            else:
                raise ValueError(v.past)
        else:
            D = self.decay(log_f)
        if v.gate_heads and v.gate_heads != h:
            D = D.repeat_interleave(h // v.gate_heads, 1) if v.repeat == "interleave" else repeat_kv(D, h // v.gate_heads)
        if kh != h and v.repeat != "broadcast":
            n = h // kh
            k, val = (
                (k.repeat_interleave(n, 1), val.repeat_interleave(n, 1))
                if v.repeat == "interleave"
                else (repeat_kv(k, n), repeat_kv(val, n))
            )
        out = self.attend(q, k, val, D, padding, b, h, l)
        out = out.transpose(1, 2)
        if v.output_norm:
            out = self.o_norm(out)
        out = out.clone(memory_format=torch.contiguous_format).reshape(b, l, h * d)
        if v.output_gate:
            out = out * torch.sigmoid(self.g(x))
        return self.o(out), present

    def attend(self, q, k, val, D, padding, b, h, l):
        v, d = self.v, self.d
        keys = k.shape[2]
        if v.attention == "sdpa":
            mask = self.masked(D.to(q.dtype), padding)
            return F.scaled_dot_product_attention(q, k, val, attn_mask=mask)
        scale = d**-0.5 if v.scale in ("scores", "sqrt") else 1.0
        if v.product == "einsum":
            scores = torch.einsum("bhid,bhjd->bhij", q, k)
        elif v.product == "einsum-blhd":
            scores = torch.einsum("bihd,bjhd->bhij", q.transpose(1, 2), k.transpose(1, 2))
        elif v.product in ("bmm", "bmm-flat", "baddbmm"):
            q3, k3, v3 = q.reshape(b * h, l, d), k.reshape(b * h, keys, d), val.reshape(b * h, keys, d)
            if v.product == "baddbmm":
                scores = torch.baddbmm(D.reshape(b * h, l, keys).to(q.dtype), q3, k3.transpose(1, 2), beta=1.0, alpha=scale)
            else:
                scores = torch.bmm(q3, k3.transpose(1, 2)) * scale
            if v.product == "bmm-flat":
                scores = self.masked(scores + D.reshape(b * h, l, keys), padding)
                return torch.bmm(scores.softmax(-1), v3).view(b, h, l, d)
            if v.product == "baddbmm":
                scores = self.masked(scores, padding)
                return torch.bmm(scores.softmax(-1), v3).view(b, h, l, d)
            scores = self.masked(scores.view(b, h, l, keys) + D, padding)
            return torch.bmm(scores.softmax(-1).view(b * h, l, keys), v3).view(b, h, l, d)
        elif v.product == "grouped":
            kh = self.key_heads
            q5 = q.reshape(b, kh, h // kh, l, d)
            scores = (q5 @ k[:, :, None].transpose(-1, -2)).reshape(b, h, l, keys)
        else:
            scores = q @ k.transpose(-1, -2)
        if v.scale == "sqrt":
            scores = scores / math.sqrt(d)
        elif v.product != "baddbmm" and scale != 1.0:
            scores = scores * scale
        if v.dtype == "mixed":
            scores = scores.float()
        if v.bias == "separate":
            raise ValueError
        scores = scores + D
        scores = self.masked(scores, padding)
        if v.softmax == "float":
            w = F.softmax(scores, dim=-1, dtype=torch.float32).to(q.dtype)
        elif v.softmax == "written":
            power = (scores - scores.amax(-1, keepdim=True)).exp()
            w = power / power.sum(-1, keepdim=True)
        elif v.softmax == "guarded":
            w = torch.nan_to_num(scores.softmax(-1))
        else:
            w = scores.softmax(-1)
        w = w.to(val.dtype)
        if v.product.startswith("einsum"):
            if v.product == "einsum-blhd":
                return torch.einsum("bhij,bjhd->bihd", w, val.transpose(1, 2)).transpose(1, 2)
            return torch.einsum("bhij,bhjd->bhid", w, val)
        return w @ val


class SeparateTerms(Attention):
    """scores + c_i - c_j, left to right, as one line of Python says it."""

    def decay(self, log_f):
        return log_f.transpose(1, 2).cumsum(-1)

    def attend(self, q, k, val, c, padding, b, h, l):
        scores = q @ k.transpose(-1, -2) * self.d**-0.5
        scores = scores + c[..., :, None] - c[..., None, :]
        return self.masked(scores, padding).softmax(-1) @ val


class ColumnTerm(SeparateTerms):
    """scores - c_j: the row's own sum cancels in the softmax."""

    def attend(self, q, k, val, c, padding, b, h, l):
        scores = q @ k.transpose(-1, -2) * self.d**-0.5 - c.unsqueeze(-2)
        return self.masked(scores, padding).softmax(-1) @ val


class Layer(nn.Module):
    def __init__(self, v):
        super().__init__()
        kinds = {"separate": SeparateTerms, "column": ColumnTerm}
        self.norm1, self.norm2 = make_norm(v.norm, v.width), make_norm(v.norm, v.width)
        self.attention = kinds.get(v.bias, Attention)(v)
        self.up, self.down = nn.Linear(v.width, 2 * v.width, bias=False), nn.Linear(v.width, v.width, bias=False)

    def forward(self, x, padding, past):
        attended, present = self.attention(self.norm1(x), padding, past)
        x = x + attended
        a, c = self.up(self.norm2(x)).chunk(2, dim=-1)
        return x + self.down(F.silu(a) * c), present


class Model(nn.Module):
    def __init__(self, v):
        super().__init__()
        self.v = v
        self.embed = nn.Embedding(64, v.width)
        self.positions = nn.Embedding(v.context, v.width) if v.context else None
        self.layers = nn.ModuleList(Layer(v) for _ in range(v.layers))
        self.norm = make_norm(v.norm, v.width)
        self.head = nn.Linear(v.width, 64, bias=False)

    def forward(self, tokens, *rest):
        rest = list(rest)
        padding = rest.pop(0) if self.v.padding else None
        x = self.embed(tokens)
        if self.positions is not None:
            x = x + self.positions(torch.arange(tokens.shape[1]))
        presents = []
        for index, layer in enumerate(self.layers):
            past = tuple(rest[3 * index : 3 * index + 3]) if self.v.past else None
            x, present = layer(x, padding, past)
            presents += present or ()
        logits = self.head(self.norm(x))
        if self.v.dtype in ("half", "bfloat16"):
            logits = logits.float()
        return (logits, *presents)


PLAIN = Variant()
VARIANTS = {
    "plain": PLAIN,
    "plain-module-norm": replace(PLAIN, norm="module"),
    "plain-functional-norm": replace(PLAIN, norm="functional"),
    "plain-layer-norm": replace(PLAIN, norm="layer"),
    "pro": replace(PLAIN, qk_norm="hand", output_gate=True, output_norm=True, shift=True),
    "pro-module": replace(PLAIN, qk_norm="module", norm="module", output_gate=True, output_norm=True, shift=True),
    "pro-separate": replace(PLAIN, qk_norm="functional", norm="functional", bias="separate"),
    "shift": replace(PLAIN, shift=True),
    "context": replace(PLAIN, context=256, mask="buffer"),
    **{f"gate-{g}": replace(PLAIN, gate=g) for g in
       ("log(sigmoid)", "module", "softplus", "logaddexp", "log1p", "stable", "log-clamp", "log-eps", "mamba", "float-logsigmoid")},
    **{f"bias-{k}": replace(PLAIN, bias=k) for k in
       ("unsqueeze", "blh", "two-transposes", "blh1", "float", "einops", "expand", "separate", "column")},
    **{f"mask-{m}": replace(PLAIN, mask=m) for m in
       ("none", "tril", "tril-neg", "arange", "masked_fill", "finfo", "where-1e9", "additive", "additive-min", "additive-1e9",
        "triu-bias", "triu-mask", "triu-eq", "tril-eq0", "buffer", "float-buffer", "hf", "position-min", "cumsum-positions")},
    **{f"projection-{p}": replace(PLAIN, projection=p) for p in ("chunk", "split", "unbind", "permute", "heads-first")},
    "grouped-interleave": replace(PLAIN, key_heads=2),
    "grouped-expand": replace(PLAIN, key_heads=2, repeat="expand"),
    "grouped-multi-query": replace(PLAIN, key_heads=1, repeat="broadcast"),
    "grouped-split": replace(PLAIN, key_heads=2, projection="split", repeat="expand"),
    "grouped-five-axes": replace(PLAIN, key_heads=2, product="grouped", repeat="expand"),
    "grouped-gates": replace(PLAIN, key_heads=2, gate_heads=2, repeat="expand"),
    "grouped-gates-interleave": replace(PLAIN, key_heads=2, gate_heads=2),
    "grouped-qk-norm": replace(PLAIN, key_heads=2, qk_norm="module"),
    **{f"scale-{s}": replace(PLAIN, scale=s) for s in ("query", "both", "sqrt")},
    "scale-query-norm": replace(PLAIN, scale="query", qk_norm="hand"),
    **{f"product-{p}": replace(PLAIN, product=p) for p in ("einsum", "einsum-blhd", "bmm", "bmm-flat", "baddbmm")},
    "sdpa": replace(PLAIN, attention="sdpa"),
    "sdpa-masked_fill": replace(PLAIN, attention="sdpa", mask="masked_fill"),
    "sdpa-qk-norm": replace(PLAIN, attention="sdpa", qk_norm="module", mask="masked_fill"),
    "sdpa-padding": replace(PLAIN, attention="sdpa", mask="masked_fill", padding="and"),
    "sdpa-half": replace(PLAIN, attention="sdpa", mask="masked_fill", dtype="half"),
    "softmax-float": replace(PLAIN, softmax="float"),
    "softmax-written": replace(PLAIN, softmax="written"),
    "softmax-guarded": replace(PLAIN, softmax="guarded"),
    **{f"padding-{p}": replace(PLAIN, padding=p) for p in ("and", "logical", "mul", "gates", "both")},
    "static": replace(PLAIN, fixed="all"),
    "static-tril": replace(PLAIN, fixed="all", mask="tril", product="bmm-flat"),
    "static-batch": replace(PLAIN, fixed="batch", norm="module", mask="triu-bias"),
    "static-batch-pro": replace(PLAIN, fixed="batch", qk_norm="hand", shift=True, output_norm=True, padding="and"),
    "one-head": replace(PLAIN, heads=1),
    "padding-gates-and": replace(PLAIN, padding="and", gate="float-logsigmoid"),
    "padding-hf": replace(PLAIN, padding="hf", mask="hf"),
    "padding-additive": replace(PLAIN, padding="and", mask="additive-min"),
    "padding-separate": replace(PLAIN, padding="separate"),
    "padding-one-minus": replace(PLAIN, padding="one-minus"),
    "padding-tril": replace(PLAIN, padding="and", mask="tril", qk_norm="hand"),
    "padding-guarded": replace(PLAIN, padding="and", softmax="guarded"),
    "past-log-gates": replace(PLAIN, past="log-gates"),
    "past-sums": replace(PLAIN, past="sums"),
    "past-tril": replace(PLAIN, past="log-gates", mask="tril"),
    "past-qk-norm": replace(PLAIN, past="log-gates", qk_norm="hand"),
    "half": replace(PLAIN, dtype="half"),
    "half-float-gates": replace(PLAIN, dtype="half", gate="float-logsigmoid", softmax="float"),
    "half-qk-norm": replace(PLAIN, dtype="half", gate="float-logsigmoid", qk_norm="hand", mask="masked_fill"),
    "mixed": replace(PLAIN, dtype="mixed"),
    "mixed-qk-norm": replace(PLAIN, dtype="mixed", qk_norm="hand"),
    "bfloat16": replace(PLAIN, dtype="bfloat16", gate="float-logsigmoid", softmax="float"),
    "opset-17": replace(PLAIN, opset=17),
    "opset-17-pro": replace(PLAIN, opset=17, qk_norm="hand", output_gate=True, output_norm=True, shift=True),
    "opset-20": replace(PLAIN, opset=20),
    "opset-20-softplus": replace(PLAIN, opset=20, gate="softplus", mask="tril"),
    "opset-23": replace(PLAIN, opset=23),
    "opset-23-module-norm": replace(PLAIN, opset=23, norm="module", qk_norm="module"),
    "opset-23-sdpa": replace(PLAIN, opset=23, attention="sdpa", mask="masked_fill"),
    "opset-23-sdpa-grouped": replace(PLAIN, opset=23, attention="sdpa", mask="masked_fill", key_heads=2),
    "opset-23-sdpa-qk-norm": replace(PLAIN, opset=23, attention="sdpa", mask="masked_fill", qk_norm="module"),
    "opset-23-sdpa-padding": replace(PLAIN, opset=23, attention="sdpa", mask="masked_fill", padding="and"),
    "opset-23-pro": replace(PLAIN, opset=23, qk_norm="module", norm="module", output_gate=True, output_norm=True, shift=True),
}


def separate_padding(attention_class):
    """Masks padding in a step of its own, after the causal one."""
    plain = attention_class.masked

    def masked(self, scores, padding):
        scores = plain(self, scores, None if self.v.padding in ("separate", "one-minus") else padding)
        if self.v.padding == "separate":
            return scores.masked_fill(padding[:, None, None, :] == 0, float("-inf"))
        if self.v.padding == "one-minus":
            return scores + (1.0 - padding[:, None, None, :].to(scores.dtype)) * torch.finfo(scores.dtype).min
        return scores

    attention_class.masked = masked


separate_padding(Attention)


def export(name, v, out):
    torch.manual_seed(len(name))
    model = Model(v).eval()
    if v.dtype == "half":
        model = model.half()
    if v.dtype == "bfloat16":
        model = model.bfloat16()
    if v.dtype == "mixed":
        for layer in model.layers:
            for part in ("q", "k", "v_"):
                getattr(layer.attention, part).half()
    if v.dtype == "mixed":
        project = Attention.project

        def halved(self, x):
            return project(self, x.half())

        for layer in model.layers:
            layer.attention.project = halved.__get__(layer.attention)
            layer.attention.o.float()
            reattend = layer.attention.attend

            def widened(*a, _f=reattend):
                return _f(*a).float()

            layer.attention.attend = widened
    batch, length, past_length = 1 if v.fixed else 2, 24, 8
    kinds = {"half": torch.float16, "bfloat16": torch.bfloat16}
    kind = kinds.get(v.dtype, torch.float32)
    inputs, names, axes, dynamic = [torch.randint(0, 64, (batch, length))], ["tokens"], {}, []
    B, L, P = torch.export.Dim("batch"), torch.export.Dim("sequence"), torch.export.Dim("past")
    axes["tokens"] = {0: "batch", 1: "sequence"}
    dynamic.append({0: B, 1: L})
    outputs = ["logits"]
    axes["logits"] = {0: "batch", 1: "sequence"}
    if v.padding:
        mask = torch.ones(batch, length, dtype=torch.int64)
        mask[0, :5] = 0
        if v.padding == "logical":
            mask = mask.bool()
        inputs.append(mask)
        names.append("attention_mask")
        axes["attention_mask"] = {0: "batch", 1: "sequence"}
        dynamic.append({0: B, 1: L})
    if v.past:
        d = v.width // v.heads
        for layer in range(v.layers):
            for part in ("key", "value", "gates"):
                shape = (batch, v.heads, past_length) + ((d,) if part != "gates" else ())
                inputs.append(-torch.arange(past_length).float().expand(shape).contiguous() if part == "gates" else torch.randn(shape))
                names.append(f"past_{part}_{layer}")
                outputs.append(f"present_{part}_{layer}")
                axes[names[-1]] = {0: "batch", 2: "past"}
                axes[outputs[-1]] = {0: "batch", 2: "keys"}
                dynamic.append({0: B, 2: P})
    if v.fixed == "all":
        axes, dynamic = {}, [{} for _ in dynamic]
    if v.fixed == "batch":
        axes = {n: {axis: name for axis, name in of.items() if axis != 0} for n, of in axes.items()}
        dynamic = [{axis: dim for axis, dim in of.items() if axis != 0} for of in dynamic]
    for exporter in ("dynamo", "torchscript"):
        path = out / f"{name.replace('(', '-').replace(')', '')}.{exporter}.onnx"
        try:
            with warnings.catch_warnings(), contextlib.redirect_stdout(None):
                warnings.simplefilter("ignore")
                options = dict(input_names=names, output_names=outputs, opset_version=v.opset)
                if exporter == "dynamo":
                    # One entry for tokens, one tuple for what *rest takes.
                    shapes = (dynamic[0], tuple(dynamic[1:])) if len(dynamic) > 1 else (dynamic[0],)
                    program = torch.onnx.export(model, tuple(inputs), dynamo=True, dynamic_shapes=shapes, verbose=False, **options)
                    program.save(path, external_data=False)
                else:
                    if v.opset > 20:
                        continue
                    torch.onnx.export(model, tuple(inputs), str(path), dynamo=False, dynamic_axes=axes, **options)
            print(f"{path.name}: {path.stat().st_size} bytes")
        except Exception as error:  # an exporter that gives up is a fact about the exporter
            print(f"{path.name}: not exported: {type(error).__name__}: {str(error).splitlines()[0][:160]}")


def main():
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    for name, variant in VARIANTS.items():
        if len(sys.argv) == 2 or any(part in name for part in sys.argv[2:]):
            export(name, variant, out)
            sys.stdout.flush()


if __name__ == "__main__":
    main()
