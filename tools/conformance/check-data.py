"""Checks what `@sentei/data` reads against Hugging Face `tokenizers` and NumPy.

    python tools/conformance/check-data.py <folder>

Trains four kinds of tokenizers on the embedded checkpoint's calibration text, writes a thousand pairs of sentences from
its held-out text, five hundred of random characters of many scripts, and arrays of every element type and order, lets
`read-data.mjs` read them, and fails where one token, token type, element or shape differs.
"""

import json
import pathlib
import random
import subprocess
import sys

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEXTS = ROOT / "checkpoints" / "fox-pro-6l"
LENGTH = 24
WINDOW = 64

SCRIPTS = [
    "abcdefghijklmnopqrstuvwxyz ",
    "ÀÉÎõüßçñŁøæ ",
    "0123456789.,!?-_/\\'\"()[]{}<>@#$%^&*~`|+=:; ",
    "中文漢字かなカナ한글 ",
    "εισιτηρίΩжшщЯ ",
    "👍🏽🇩🇪👨\u200d👩\u200d👧😀 ",
    "\u200b\u00ad\u0301\u0308\t\n\r\x07\ufffd\u3000\xa0\u2028",
    "العربية עברית हिन्दी ไทย ",
    # No ligature of equal letters: f+ff and ff+f are equally likely to a unigram model, and either is right.
    "ﬁ①½Ⅳ™…—–“”‘’ ",
]


def tokenizers(folder):
    corpus = [str(TEXTS / "calibration.txt")]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    special = ["[UNK]", "[CLS]", "[SEP]"]
    pieces = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    pieces.normalizer = normalizers.BertNormalizer()
    pieces.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    pieces.train(corpus, trainers.WordPieceTrainer(vocab_size=4000, special_tokens=special))
    merges = Tokenizer(models.BPE())
    merges.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    merges.train(corpus, trainers.BpeTrainer(vocab_size=4000, special_tokens=special, initial_alphabet=alphabet))
    unigram = Tokenizer(models.Unigram())
    unigram.normalizer = normalizers.NFKC()
    unigram.pre_tokenizer = pre_tokenizers.Metaspace()
    unigram.train(corpus, trainers.UnigramTrainer(vocab_size=4000, unk_token="[UNK]", special_tokens=special))
    words = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.train(corpus, trainers.WordLevelTrainer(vocab_size=4000, special_tokens=special))
    trained = {"word-piece": pieces, "byte-pair": merges, "unigram": unigram, "words": words}
    for name, tokenizer in trained.items():
        ends = [(token, tokenizer.token_to_id(token)) for token in special[1:]]
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=ends
        )
        (folder / name).mkdir(exist_ok=True)
        tokenizer.save(str(folder / name / "tokenizer.json"))
    return trained


def sentences():
    text = (TEXTS / "heldout.txt").read_text("utf8")
    lines = [line for line in text.replace(";", ".").replace("\n", " ").split(".") if len(line) > 20][:2000]
    source = random.Random(1)

    def strange():
        some = source.sample(SCRIPTS, source.randint(1, 4))
        return "x" + "".join(source.choice(source.choice(some)) for _ in range(source.randint(1, 60)))

    return list(zip(lines[::2], lines[1::2])) + [(strange(), strange()) for _ in range(500)]


def arrays(folder):
    source = np.random.default_rng(0)
    made = {}
    for dtype in "<f2 <f4 <f8 >f4 >f8 >i2 |b1 |i1 <i2 <i4 <i8 |u1 <u2 <u4 <u8 >u8".split():
        for order in "CF":
            for shape in [(5,), (7, 3), (6, 2, 3, 4), (4, 0, 2)]:
                numbers = source.normal(size=shape) * 50
                numbers = np.abs(numbers) if "u" in dtype else numbers
                name = f"a{len(made)}"
                made[name] = np.asarray(numbers > 0 if dtype == "|b1" else numbers, dtype=dtype, order=order)
                np.save(folder / f"{name}.npy", made[name])
    np.savez(folder / "stored.npz", **made)
    np.savez_compressed(folder / "packed.npz", **{name: np.ascontiguousarray(array) for name, array in made.items()})
    return made


def expected_array(array):
    kind = array.dtype.newbyteorder("=")
    bits = array.astype(np.uint8) if kind == bool else array.astype(kind)
    # Half-precision elements are kept as their bits.
    plain = bits.view(np.uint16) if kind == np.float16 else bits
    return [{"dims": list(row.shape), "data": row.astype(np.float64).ravel().tolist()} for row in plain]


def numbers(sets, name):
    return [[int(number) for number in each[name]["data"]] for each in sets]


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    trained, pairs, made = tokenizers(folder), sentences(), arrays(folder)
    with open(folder / "pairs.jsonl", "w", encoding="utf8") as file:
        file.writelines(json.dumps({"a": a, "b": b}) + "\n" for a, b in pairs)
    (folder / "text.txt").write_bytes((TEXTS / "heldout.txt").read_bytes())
    cases = []
    for name in trained:
        tokenizer = f"{name}/tokenizer.json"
        for how in ["sets", "sequence"]:
            case = {"name": f"{name} {how}", "kind": "pairs", "path": "pairs.jsonl", "pairs": how, "length": LENGTH}
            cases.append({**case, "tokenizer": tokenizer})
    windows = {"name": "windows", "kind": "windows", "path": "text.txt", "length": WINDOW}
    cases.append({**windows, "tokenizer": "word-piece/tokenizer.json"})
    for name, array in made.items():
        for path in [f"{name}.npy", "stored.npz", "packed.npz"]:
            case = {"name": f"{path} {name}", "kind": "array", "path": path}
            cases.append({**case, "array": name, "type": array.dtype.name})
    (folder / "cases.json").write_text(json.dumps(cases))
    subprocess.run(["node", str(ROOT / "tools/conformance/read-data.mjs"), str(folder)], check=True)
    found = json.loads((folder / "found.json").read_text())

    faults = []
    for name, tokenizer in trained.items():
        tokenizer.enable_truncation(LENGTH)
        agreed = 0
        for index, (a, b) in enumerate(pairs):
            wanted = {"sets": [tokenizer.encode(a), tokenizer.encode(b)], "sequence": [tokenizer.encode(a, b)]}
            same = all(
                numbers(found[f"{name} {how}"][index], "ids") == [each.ids for each in encodings]
                and numbers(found[f"{name} {how}"][index], "types") == [each.type_ids for each in encodings]
                for how, encodings in wanted.items()
            )
            agreed += same
            if not same:
                faults.append(f"{name}: {a!r}, {b!r}")
        print(f"{name}: {agreed} of {len(pairs)} pairs have the same tokens")
    pieces = trained["word-piece"]
    pieces.no_truncation()
    whole = pieces.encode((folder / "text.txt").read_text("utf8"), add_special_tokens=False).ids
    read = [int(x) for (row,) in found["windows"] for x in row["ids"]["data"]]
    if read != whole[: len(read)] or len(whole) - len(read) >= WINDOW:
        faults.append("windows: other tokens than those of the whole text")
    print(f"windows: {len(read)} of {len(whole)} tokens")
    right = 0
    for name, array in made.items():
        wanted = expected_array(array)
        for path in [f"{name}.npy", "stored.npz", "packed.npz"]:
            rows = [row["x"] for (row,) in found[f"{path} {name}"]]
            same = [{"dims": row["dims"], "data": [float(x) for x in row["data"]]} for row in rows] == wanted
            right += same
            if not same:
                faults.append(f"{path} {name}: {array.dtype} {array.shape}")
    print(f"arrays: {right} of {3 * len(made)} read as NumPy wrote them")
    for fault in faults[:10]:
        print("differs:", fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
