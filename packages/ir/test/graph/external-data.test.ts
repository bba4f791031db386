import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { externalRange } from '../../src/graph/external-data.ts';
import type { Tensor } from '../../src/index.ts';
import { codeOf, errorOf } from '../support/code-of.ts';
import { tensorFromProto } from '../support/tensor-from-proto.ts';

let root = '';
let folder = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sentei-external-'));
  folder = join(root, 'model');
  mkdirSync(join(folder, 'sub'), { recursive: true });
  writeFileSync(join(folder, 'w.bin'), new Uint8Array(Float32Array.from([1, 2, 3, 4]).buffer));
  writeFileSync(join(root, 'secret.bin'), new Uint8Array(16));
});
afterEach(() => rmSync(root, { recursive: true }));

function tensor(entries: Record<string, string>, dims: readonly number[] = [2]): Tensor {
  const externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
  const message = { name: 'w', dims: [...dims], dataType: 1, dataLocation: 1, externalData };
  return tensorFromProto(message, folder);
}

describe('externalRange', () => {
  it('needs a folder', () => {
    expect(codeOf(() => externalRange(new Map([['location', 'w.bin']]), 'w', undefined))).toBe(
      'external-data',
    );
  });

  it('reads the range, with and without a length', () => {
    expect([...tensor({ location: 'w.bin', offset: '4', length: '8' }).numbers()]).toEqual([2, 3]);
    expect([...tensor({ location: 'w.bin', offset: '8' }).numbers()]).toEqual([3, 4]);
    expect([...tensor({ location: 'sub/../w.bin' }).numbers()]).toEqual([1, 2]);
    expect(tensor({ location: 'w.bin' }, [0]).numbers()).toEqual(new Float64Array());
  });

  it.each([
    ['..', '../secret.bin'],
    ['.. further in', 'sub/../../secret.bin'],
    ['an absolute path', '/etc/hostname'],
    ['a link out of the folder', 'link.bin'],
    ['a link of a folder', 'linked/secret.bin'],
    ['a new file behind such a link', 'linked/missing.bin'],
    ['no place', ''],
  ])('refuses %s', (_, location) => {
    symlinkSync(join(root, 'secret.bin'), join(folder, 'link.bin'));
    symlinkSync(root, join(folder, 'linked'));
    const error = errorOf(() => tensor({ location }));
    expect([error?.code, error?.subject]).toEqual(['external-data', 'w']);
  });

  it('follows links that stay in the folder', () => {
    symlinkSync(join(folder, 'w.bin'), join(folder, 'sub', 'link.bin'));
    expect([...tensor({ location: 'sub/link.bin' }).numbers()]).toEqual([1, 2]);
  });

  it.each(['-4', '1e1', '0x8', '', ' 8', '1.5', '99999999999999999999'])(
    'refuses the offset %j',
    (offset) => {
      expect(codeOf(() => tensor({ location: 'w.bin', offset }))).toBe('external-data');
    },
  );
});

describe('reading an external range', () => {
  it.each([
    ['an offset beyond the end', { location: 'w.bin', offset: '1000' }, [2], 'external-data'],
    ['a file that is too short', { location: 'w.bin', offset: '12' }, [2], 'external-data'],
    ['a missing file', { location: 'missing.bin' }, [2], 'external-data'],
    ['a folder', { location: 'sub' }, [2], 'external-data'],
    ['the folder of the model', { location: '.' }, [2], 'external-data'],
    ['a length of 10^15', { location: 'w.bin', length: '1000000000000000' }, [2], 'invalid-graph'],
    ['a length that does not fill the shape', { location: 'w.bin', length: '4' }, [2], 'invalid-graph'],
    ['a shape of 10^15 bytes', { location: 'w.bin' }, [250_000_000_000_000], 'external-data'],
  ] as const)('refuses %s', (_, entries, dims, code) => {
    const lazy = tensor(entries, dims);
    expect(codeOf(() => lazy.bytes())).toBe(code);
  });

  it('refuses a sparse file larger than memory', () => {
    truncateSync(join(folder, 'w.bin'), 2 ** 43);
    const lazy = tensor({ location: 'w.bin', length: String(2 ** 43) }, [2 ** 41]);
    expect(codeOf(() => lazy.bytes())).toBe('external-data');
  });

  it.skipIf(process.platform === 'win32')('does not wait for a pipe (pipes need a POSIX system)', () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(codeOf(() => tensor({ location: 'pipe' }).bytes())).toBe('external-data');
  });
});
