import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SenteiError } from '@sentei/ir';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unpackWheel } from '../../src/doctor/unpack-wheel.ts';
import { emptyFolder } from '../support/host.ts';
import { recordLine, wheelFile, zipFile } from '../support/wheel-file.ts';

const VERSION = '1.30.0';
const RECORD = 'onnxruntime_gpu-1.30.0.dist-info/RECORD';
const LIBRARIES = { 'a.so': Buffer.from('library a '.repeat(50_000)), 'b.so': Buffer.from('library b') };

async function unpack(bytes: Uint8Array, names = Object.keys(LIBRARIES), signal?: AbortSignal) {
  const folder = await emptyFolder();
  const wheel = join(folder, 'some.whl');
  await writeFile(wheel, bytes);
  const extractions = names.map((name) => ({
    member: `onnxruntime/capi/${name}`,
    target: join(folder, name),
  }));
  let written = 0;
  const onBytes = (count: number) => {
    written += count;
  };
  const sizes = await unpackWheel(wheel, RECORD, extractions, { signal, onBytes });
  return { sizes, written, read: (name: string) => readFile(join(folder, name)) };
}

test('the named files come out as they went in', async () => {
  const { sizes, written, read } = await unpack(wheelFile(VERSION, LIBRARIES));
  expect(sizes).toEqual([500_000, 9]);
  expect(written).toBe(500_009);
  for (const [name, bytes] of Object.entries(LIBRARIES)) expect((await read(name)).equals(bytes)).toBe(true);
});

const member = 'onnxruntime/capi/a.so';
const bytes = LIBRARIES['a.so'];

test.each([
  ['no such file', wheelFile(VERSION, {}), /has no onnxruntime\/capi\/a\.so/],
  ['no RECORD', zipFile({ [member]: bytes }), /has no .*RECORD/],
  ['no line in RECORD', zipFile({ [member]: bytes, [RECORD]: Buffer.from('a,b,c\n') }), /no SHA-256/],
  [
    'another content than RECORD says',
    zipFile({ [member]: bytes, [RECORD]: Buffer.from(recordLine(member, Buffer.from('x'))) }),
    /damaged/,
  ],
  ['no zip in it', Buffer.from('nothing'), /cannot be read/],
])('a wheel with %s is refused', async (_what, wheel, message) => {
  await expect(unpack(wheel, ['a.so'])).rejects.toMatchObject({
    code: 'install-failed',
    message: expect.stringMatching(message),
  });
});

test('an abort stops it', async () => {
  const unpacking = unpack(wheelFile(VERSION, LIBRARIES), ['a.so'], AbortSignal.abort());
  await expect(unpacking).rejects.toMatchObject({ code: 'cancelled' });
});

test('damaged wheels end in an error or in what RECORD promises', async () => {
  const wheel = wheelFile(VERSION, { 'b.so': LIBRARIES['b.so'] });
  const change = fc.record({ at: fc.nat(wheel.length - 1), byte: fc.nat(255) });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const damaged = wheel.slice();
      for (const { at, byte } of changes) damaged[at] = byte;
      try {
        const { read } = await unpack(damaged, ['b.so']);
        expect((await read('b.so')).toString()).toBe('library b');
      } catch (error) {
        expect(error).toBeInstanceOf(SenteiError);
      }
    }),
    { numRuns: 200 },
  );
});
