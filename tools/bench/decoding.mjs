// Time and memory of one new token at a position: uncached, with a cache, and with a cache that forgets. See docs/measurements/decoding.md.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readModel, runPipeline, writeModel } from '@sentei/ir';
import { acp, toDecoder } from '@sentei/pass-acp';
import { cleanup, fuse } from '@sentei/pass-cleanup';
import { openDecoder, startEngine } from '@sentei/runtime';

const EPSILON = 4.5e-5;

const DECODERS = {
  'cache, whole': {},
  'cache, rows': { returns: 'rows' },
  'cache, rows, float16': { returns: 'rows', cache: 'float16' },
  'forgetting, whole': { epsilon: EPSILON },
  'forgetting, rows': { epsilon: EPSILON, returns: 'rows' },
  'forgetting, rows, float16': { epsilon: EPSILON, returns: 'rows', cache: 'float16' },
};

const { values: flags } = parseArgs({
  options: {
    model: { type: 'string', default: 'checkpoints/fox-pro-6l/model.onnx' },
    text: { type: 'string', default: 'checkpoints/fox-pro-6l/heldout.txt' },
    position: { type: 'string', default: '16384' },
    rounds: { type: 'string', default: '41' },
    chunk: { type: 'string', default: '512' },
    threads: { type: 'string', default: '2' },
    provider: { type: 'string', default: 'cpu' },
    // Runs of the whole window for the uncached forms.
    windows: { type: 'string', default: '3' },
    // The file as it is, too: its scores at 16,384 positions take 4.3 GB a layer.
    shipped: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
const [position, rounds, chunk, threads, windows] = ['position', 'rounds', 'chunk', 'threads', 'windows'].map(
  (name) => Number(flags[name]),
);

const text = (await readFile(flags.text)).subarray(0, position + 1);
if (text.length <= position) throw new Error(`${flags.text} has no ${position + 1} bytes`);
const folder = await mkdtemp(join(tmpdir(), 'decoding-'));
const engine = await startEngine({ threads, executionProvider: flags.provider });

const say = (stream, line) => stream.write(`${line}\n`);
const quantile = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.round(share * (sorted.length - 1)))];
const summary = (times) => {
  const sorted = times.toSorted((a, b) => a - b);
  return {
    minimum: sorted[0],
    lower: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    upper: quantile(sorted, 0.75),
  };
};

async function prune(model, ...passes) {
  const context = {
    logger: { info() {}, warn() {} },
    judge: undefined,
    maxDrop: 1,
    progress: () => undefined,
  };
  await runPipeline(model, passes, context);
}

async function measureUncached(name, path) {
  const session = await engine.load(path);
  const [input] = session.inputs;
  const ids = {
    type: 'int64',
    dims: [1, position],
    data: BigInt64Array.from(text.subarray(0, position), BigInt),
  };
  const times = [...(await session.time({ [input.name]: ids }, windows))];
  await session.release();
  return { name, ...summary(times), stateBytes: 0 };
}

/** Reads all but the last tokens before the position. */
async function prepare([name, options]) {
  const model = await readModel(flags.model);
  await prune(model, cleanup());
  toDecoder(model, options);
  await prune(model, cleanup(), fuse({ target: flags.provider }));
  const path = join(folder, `${name.replaceAll(/\W+/g, '-')}.onnx`);
  await writeModel(model, path);
  const decoder = await openDecoder(engine, path);
  const end = position - rounds;
  let milliseconds = 0;
  for (let from = 0; from < end; from += chunk) {
    const step = await decoder.step(text.subarray(from, Math.min(end, from + chunk)), { scores: false });
    milliseconds += step.milliseconds;
  }
  say(process.stderr, `${name}: ${end} tokens read in ${(milliseconds / 1000).toFixed(1)} s`);
  return { name, decoder, prompt: milliseconds, times: [], nats: 0, stateBytes: 0 };
}

function negativeLogLikelihood(logits, token) {
  const largest = logits.reduce((a, b) => Math.max(a, b));
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
  return largest + Math.log(sum) - logits[token];
}

try {
  const forms = [];
  for (const entry of Object.entries(DECODERS)) forms.push(await prepare(entry));
  for (let round = 0; round < rounds; round += 1) {
    const at = position - rounds + round;
    // The order turns around every round, so that what slows the machine down for a while slows all alike.
    for (const form of round % 2 === 0 ? forms : forms.toReversed()) {
      const { logits, milliseconds, stateBytes } = await form.decoder.step([text[at]]);
      form.times.push(milliseconds);
      form.stateBytes = stateBytes;
      form.nats += negativeLogLikelihood(Array.from(logits), text[at + 1]);
    }
  }
  for (const { decoder } of forms) await decoder.release();
  const uncached = [];
  const pruned = await readModel(flags.model);
  await prune(pruned, cleanup(), acp({ target: flags.provider }), fuse({ target: flags.provider }));
  await writeModel(pruned, join(folder, 'pruned.onnx'));
  uncached.push(await measureUncached('uncached, pruned by acp', join(folder, 'pruned.onnx')));
  if (flags.shipped) uncached.push(await measureUncached('uncached, as shipped', flags.model));
  const base = forms.find(({ name }) => name === 'cache, whole');
  const rows = [
    ...uncached,
    ...forms.map(({ name, prompt, times, nats, stateBytes }) => ({
      name,
      ...summary(times),
      stateBytes,
      share: stateBytes / base.stateBytes,
      promptMilliseconds: prompt,
      bitsPerByte: nats / Math.LN2 / rounds,
    })),
  ];
  const number = (value, digits) => (value === undefined ? '' : value.toFixed(digits));
  say(
    process.stdout,
    `position ${position}, ${rounds} rounds, ${flags.provider}, ${threads} threads, ONNX Runtime ${engine.runtime.version}`,
  );
  say(
    process.stdout,
    '| form | ms a token: median | quartiles | least | cache MB | of the whole cache | bits/byte |',
  );
  say(process.stdout, '| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const row of rows) {
    const quartiles = `${number(row.lower, 1)} – ${number(row.upper, 1)}`;
    const cache = row.stateBytes === 0 ? '' : number(row.stateBytes / 1e6, 1);
    say(
      process.stdout,
      `| ${row.name} | ${number(row.median, 1)} | ${quartiles} | ${number(row.minimum, 1)} | ${cache} | ${number(row.share, 3)} | ${number(row.bitsPerByte, 4)} |`,
    );
  }
  if (flags.out)
    await writeFile(
      flags.out,
      `${JSON.stringify({ ...flags, version: engine.runtime.version, rows }, null, 2)}\n`,
    );
} finally {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
}
