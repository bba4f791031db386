import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SenteiError } from '@sentei/ir';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ByteSource, readElf, readElfFile } from '../../src/doctor/elf.ts';
import { locateOnnxRuntime } from '../../src/doctor/onnxruntime-files.ts';
import { elfFile } from '../support/elf-file.ts';
import { emptyFolder } from '../support/host.ts';

/** Bytes as a file, with a count of what was asked of it. */
function source(bytes: Uint8Array, size = bytes.length): ByteSource & { readonly asked: () => number } {
  let asked = 0;
  return {
    size,
    read: async (offset, length) => {
      asked += length;
      return bytes.slice(offset, offset + length);
    },
    asked: () => asked,
  };
}

test('needed libraries and run paths are read in order', async () => {
  const bytes = elfFile({ needed: ['libcudart.so.13', 'libc.so.6'], runPath: '$ORIGIN:/opt/lib' });
  expect(await readElf(source(bytes), 'x.so')).toEqual({
    machine: 62,
    needed: ['libcudart.so.13', 'libc.so.6'],
    runPath: ['$ORIGIN', '/opt/lib'],
  });
});

test('names come back as they were', async () => {
  const name = fc.stringMatching(/^[a-zA-Z0-9_.+-]{1,40}$/);
  await fc.assert(
    fc.asyncProperty(
      fc.array(name, { maxLength: 30 }),
      fc.option(name, { nil: undefined }),
      async (needed, runPath) => {
        const parts = runPath === undefined ? { needed } : { needed, runPath };
        const found = await readElf(source(elfFile(parts)), 'x.so');
        expect([found.needed, found.runPath]).toEqual([needed, runPath === undefined ? [] : [runPath]]);
      },
    ),
  );
});

test.runIf(process.platform === 'linux')('the library of ONNX Runtime is read', async () => {
  const { binaries, library } = await locateOnnxRuntime(process);
  const found = await readElfFile(join(binaries, library));
  expect(found.runPath).toEqual(['$ORIGIN']);
  expect(found.needed).toEqual(expect.arrayContaining(['libstdc++.so.6', 'libc.so.6']));
});

test.each([
  ['nothing', new Uint8Array(), /cut off in the header/],
  ['text', new Uint8Array(100).fill(65), /is not an ELF file/],
  ['a library for 32 bits', elfFile().with(4, 1), /64-bit/],
  [
    'the first half of a library',
    elfFile({ needed: ['a.so'] }).slice(0, 120),
    /cut off in the table of segments/,
  ],
  ['a table of sections beyond the end', elfFile().with(42, 1).with(60, 1), /is cut off/],
])('%s is refused with a reason', async (_what, bytes, message) => {
  const folder = await emptyFolder();
  const path = join(folder, 'x.so');
  await writeFile(path, bytes);
  await expect(readElfFile(path)).rejects.toMatchObject({
    code: 'file-unreadable',
    subject: path,
    message: expect.stringMatching(message),
  });
});

test('a file that is not there is refused', async () => {
  await expect(readElfFile('/none/x.so')).rejects.toMatchObject({ code: 'file-unreadable' });
});

test('hostile files never crash it, and never make it read much', async () => {
  const valid = elfFile({ needed: ['libcudart.so.13', 'libcublas.so.13'], runPath: '$ORIGIN' });
  const change = fc.record({ at: fc.nat(valid.length - 1), byte: fc.nat(255) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { maxLength: 24 }),
      fc.nat(valid.length),
      fc.nat(2 ** 40),
      async (changes, length, extra) => {
        const bytes = valid.slice(0, length);
        for (const { at, byte } of changes) if (at < length) bytes[at] = byte;
        const file = source(bytes, length + extra);
        try {
          const { needed, runPath } = await readElf(file, 'x.so');
          expect([...needed, ...runPath].every((name) => typeof name === 'string')).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(SenteiError);
        }
        expect(file.asked()).toBeLessThan(2 ** 25);
      },
    ),
    { numRuns: 500 },
  );
});
