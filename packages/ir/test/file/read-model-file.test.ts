import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readModel } from '../../src/index.ts';
import { codeOf, rejection } from '../support/code-of.ts';
import { floatTensor, tinyBytes } from '../support/tiny-model.ts';

let root = '';
const at = (...parts: string[]) => join(root, ...parts);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sentei-file-'));
});
afterEach(() => rmSync(root, { recursive: true }));

describe('readModel', () => {
  it('reads a file and knows its folder', async () => {
    writeFileSync(at('model.onnx'), tinyBytes());
    const model = await readModel(at('model.onnx'));
    expect([model.folder, model.graph.name]).toEqual([root, 'tiny']);
  });

  it.each([
    ['missing.onnx', 'file-missing'],
    ['model.onnx/inside.onnx', 'file-missing'],
    ['', 'file-unreadable'],
    ['pipe', 'file-unreadable'],
    ['empty.onnx', 'not-onnx'],
    ['zeros.onnx', 'not-onnx'],
    ['pointer.onnx', 'not-onnx'],
    ['tensor.pb', 'not-onnx'],
    ['cut.onnx', 'not-onnx'],
    ['future.onnx', 'unsupported-ir-version'],
  ])('answers %j with %s and the path', async (name, code) => {
    writeFileSync(at('model.onnx'), tinyBytes());
    writeFileSync(at('empty.onnx'), '');
    writeFileSync(at('zeros.onnx'), new Uint8Array(1 << 20));
    writeFileSync(at('pointer.onnx'), 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n');
    writeFileSync(at('tensor.pb'), Uint8Array.from([0x08, 1, 0x10, 1, 0x4a, 4, 0, 0, 128, 63]));
    writeFileSync(at('cut.onnx'), tinyBytes().subarray(0, 40));
    writeFileSync(at('future.onnx'), tinyBytes({ irVersion: 99 }));
    execFileSync('mkfifo', [at('pipe')]);
    const error = await rejection(readModel(at(name)));
    expect([error?.code, error?.subject]).toEqual([code, at(name)]);
    expect(error?.hint?.length).toBeGreaterThan(10);
  });

  it('does not need external data to be there until it is read', async () => {
    const { rawData: _, ...tensor } = floatTensor('w', [5, 6]);
    const externalData = [{ key: 'location', value: 'w.bin' }];
    const path = at('model.onnx');
    writeFileSync(path, tinyBytes({}, { initializer: [{ ...tensor, dataLocation: 1, externalData }] }));
    const [w] = [...(await readModel(path)).graph.initializers];
    expect(codeOf(() => w?.tensor?.numbers())).toBe('external-data');
  });
});

describe('a file of many megabytes', () => {
  it('is read in parts that fit together', async () => {
    const values = Float32Array.from({ length: 5_000_001 }, (_, index) => index);
    const rawData = new Uint8Array(values.buffer);
    const initializer = [{ name: 'w', dims: [values.length], dataType: 1, rawData }];
    writeFileSync(at('model.onnx'), tinyBytes({}, { initializer, node: [], output: [] }));
    const [w] = [...(await readModel(at('model.onnx'))).graph.initializers];
    expect(Buffer.compare(w?.tensor?.bytes() ?? new Uint8Array(), rawData)).toBe(0);
  });
});
