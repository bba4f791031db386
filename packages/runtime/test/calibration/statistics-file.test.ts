import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { hostTensor } from '@sentei/data';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyStatistics, type Statistics } from '../../src/calibration/statistics.ts';
import {
  decodeStatistics,
  encodeStatistics,
  readStatistics,
  writeStatistics,
} from '../../src/calibration/statistics-file.ts';
import { identityOf, planOf } from '../support/calibration.ts';
import { modelFile } from '../support/model-file.ts';

function example(): Statistics {
  const plan = planOf({
    value: 'h',
    gram: true,
    moments: 'feature',
    quantiles: { bits: 2 },
    reservoir: { rows: 2, seed: 1 },
  });
  const statistics = emptyStatistics(identityOf(plan), { model: 'm.onnx', data: 'd.txt' });
  const h = hostTensor('float32', [2, 2], Float32Array.of(1, 2, 3, 4));
  statistics.sums.add({ h }, { examples: [0, 1], parts: [0, 0] });
  return { ...statistics, covered: [[0, 1]] };
}

/** The bytes with a checksum that fits, as an attacker can make one. */
function sealed(content: Uint8Array): Uint8Array {
  return Buffer.concat([content, createHash('sha256').update(content).digest()]);
}

test('a file gives back what was written, and the same bytes again', async () => {
  const path = await modelFile(new Uint8Array());
  await writeStatistics(example(), path);
  const read = await readStatistics(path);
  expect(encodeStatistics(read)).toEqual(new Uint8Array(await readFile(path)));
  expect(read.sums.results()).toEqual(example().sums.results());
});

test('any damage is noticed', () => {
  const bytes = encodeStatistics(example());
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] ?? 0) ^ change;
      expect(() => decodeStatistics(damaged, 'x')).toThrow(expect.objectContaining({ code: 'invalid-data' }));
    }),
  );
  expect(() => decodeStatistics(bytes.subarray(0, -1), 'x')).toThrow('damaged');
  expect(() => decodeStatistics(new Uint8Array(), 'x')).toThrow('does not begin like one');
});

test('a hostile file with a fitting checksum is an error of ours, whatever it says', () => {
  const content = encodeStatistics(example()).slice(0, -32);
  fc.assert(
    fc.property(
      fc.integer({ min: 17, max: content.length - 8 }),
      fc.uint8Array({ minLength: 8, maxLength: 8 }),
      (at, patch) => {
        const hostile = content.slice();
        hostile.set(patch, at);
        try {
          decodeStatistics(sealed(hostile), 'x').sums.results();
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid-data' });
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('a header that is none is named', () => {
  const content = encodeStatistics(example()).slice(0, -32);
  const text = new TextDecoder('latin1').decode(content);
  const at = text.indexOf('"covered":[[0,1]]');
  content.set(new TextEncoder().encode('"covered":[[1,0]]'), at);
  expect(() => decodeStatistics(sealed(content), 'x')).toThrow('wrong at covered.0');
  new DataView(content.buffer).setUint32(17, 2 ** 31, true);
  expect(() => decodeStatistics(sealed(content), 'x')).toThrow('header does not fit');
});

test('a file that is missing or no file is told apart', async () => {
  const path = await modelFile(new Uint8Array());
  await writeFile(path, 'not statistics');
  await expect(readStatistics(path)).rejects.toMatchObject({ code: 'invalid-data', subject: path });
  await expect(readStatistics(`${path}.none`)).rejects.toMatchObject({ code: 'file-missing' });
  await expect(readStatistics('/')).rejects.toMatchObject({ code: 'file-unreadable' });
});
