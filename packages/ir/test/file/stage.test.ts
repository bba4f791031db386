import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stage, writeChunks, writeFileWhole } from '../../src/file/stage.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sentei-stage-'));
});
afterEach(() => rmSync(root, { recursive: true }));

it('writes thousands of chunks and deferred ones in order', async () => {
  const chunks = Array.from({ length: 3000 }, (_, index) => Uint8Array.from([index & 0xff, index >> 8]));
  const deferred = { length: 2, read: () => [Uint8Array.from([255]), Uint8Array.from([254])] };
  await writeChunks(join(root, 'a'), [...chunks, deferred, new Uint8Array(), Uint8Array.from([1])], true);
  const written = readFileSync(join(root, 'a'));
  expect(written.equals(Buffer.concat([...chunks, Uint8Array.from([255, 254, 1])]))).toBe(true);
});

it('leaves nothing of a file that could not be completed', async () => {
  const failing = async () => {
    throw new Error('full');
  };
  await expect(stage(join(root, 'a'), failing)).rejects.toThrow('full');
  await expect(
    stage(join(root, 'a'), (beside) =>
      writeChunks(
        beside,
        [
          {
            length: 1,
            read: () => {
              throw new Error('gone');
            },
          },
        ],
        false,
      ),
    ),
  ).rejects.toThrow('gone');
  expect(readdirSync(root)).toEqual([]);
});

it('replaces a file as a whole', async () => {
  await writeFileWhole(join(root, 'deep', 'a'), 'one');
  await writeFileWhole(join(root, 'deep', 'a'), 'two');
  expect([readdirSync(join(root, 'deep')), readFileSync(join(root, 'deep', 'a'), 'utf8')]).toEqual([
    ['a'],
    'two',
  ]);
});
