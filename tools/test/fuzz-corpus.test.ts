import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readModelBytes, SenteiError } from '@sentei/ir';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BrokenLaw, checkModel, makeModelFolder, typedOnly, withinMemory } from '../fuzz/check-model.mjs';
import { checkModelText, checkPipeline } from '../fuzz/check-text.mjs';
import { applyEdits } from '../fuzz/edits.mjs';
import { signatureOf } from '../fuzz/findings.mjs';
import { largeSeeds, seeds } from '../fuzz/make-seeds.mjs';

const folder = makeModelFolder();
/** Milliseconds one file may take, with room for a busy machine. */
const limit = 20_000;

function corpus(target: string): { name: string; bytes: Uint8Array }[] {
  const place = join('tools/fuzz/corpus', target);
  return readdirSync(place)
    .sort()
    .map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(place, name))) }));
}

const outcomeOf = (bytes: Uint8Array) => withinMemory(() => checkModel(bytes, folder));

describe('the corpus of the fuzzer', () => {
  test.each(corpus('model'))(
    'model/$name is a model on which the laws hold, or refused',
    ({ bytes }) => {
      expect(['refused', 'read', 'valid']).toContain(outcomeOf(bytes));
    },
    limit,
  );

  test.each(Object.entries(largeSeeds))(
    '%s is a model on which the laws hold, or refused',
    (_, make) => {
      expect(['refused', 'read', 'valid']).toContain(outcomeOf(make()));
    },
    limit,
  );

  test.each(corpus('edits'))(
    'edits/$name gives a model on which the laws hold, or one refused',
    ({ bytes }) => {
      const files = corpus('model').map((seed) => seed.bytes);
      expect(['refused', 'read', 'valid']).toContain(outcomeOf(applyEdits(bytes, files)));
    },
    limit,
  );

  test.each(corpus('pipeline'))('pipeline/$name is a pipeline that prints back, or refused', ({ bytes }) => {
    expect(['refused', 'read']).toContain(checkPipeline(new TextDecoder().decode(bytes)));
  });

  test.each(corpus('text'))('text/$name is the text of a model, or refused', ({ bytes }) => {
    expect(['refused', 'read']).toContain(checkModelText(new TextDecoder().decode(bytes)));
  });

  test('holds every seed as it is made', () => {
    const kept = new Map(corpus('model').map(({ name, bytes }) => [name, bytes]));
    for (const [name, bytes] of Object.entries(seeds)) expect(kept.get(`${name}.onnx`)).toEqual(bytes);
  });

  test('is small', () => {
    const all = ['model', 'edits', 'text', 'pipeline'].flatMap(corpus);
    expect(all.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThan(300_000);
  });
});

test.each(['simple', 'external-good', 'names-not-utf8', 'training-and-devices'])('%s is valid', (name) => {
  expect(outcomeOf(seeds[name] ?? new Uint8Array())).toBe('valid');
});

test.each([
  ['length-beyond-end', 'not-onnx'],
  ['length-of-2-to-32-plus-2', 'not-onnx'],
  ['dims-product-overflows', 'invalid-graph'],
  ['external-parent', 'external-data'],
  ['external-absolute', 'external-data'],
  ['external-link', 'external-data'],
])('%s is refused as %s', (name, code) => {
  const read = () => readModelBytes(seeds[name] ?? new Uint8Array(), { folder });
  expect(read).toThrow(expect.objectContaining({ code }));
});

test('random recipes give models on which the laws hold, or files that are refused', () => {
  const files = Object.values(seeds).filter(({ length }) => length < 8192);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 60 }), (recipe) => {
      expect(['refused', 'read', 'valid']).toContain(outcomeOf(applyEdits(recipe, files)));
    }),
    { numRuns: 300 },
  );
}, 120_000);

test('only typed errors pass as refusals', () => {
  const typed = () => {
    throw new SenteiError('not-onnx', 'no');
  };
  const untyped = () => {
    throw new TypeError('no');
  };
  expect(typedOnly(typed)).toBeUndefined();
  expect(() => typedOnly(untyped)).toThrow(TypeError);
});

test('two inputs that hit one defect have one signature', () => {
  const [first, second] = ["'a'", "'bcd'"].map((text) =>
    signatureOf(new BrokenLaw(`${text} is not ${text.length}`)),
  );
  expect(first).toBe(second);
});
