import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeModel, encodeModel } from '../../src/codec/wire.ts';
import { readModel, Tensor, writeFileWhole, writeModel } from '../../src/index.ts';
import { rejection } from '../support/code-of.ts';
import { floatTensor, tinyBytes, tinyMessage, tinyModel } from '../support/tiny-model.ts';

let root = '';
const at = (...parts: string[]) => join(root, ...parts);
const listing = (...parts: string[]) =>
  readdirSync(at(...parts), { recursive: true })
    .map(String)
    .sort();

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sentei-file-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A model in `source/` whose weight lies in `source/data/w.bin`; another data file lies beside it unused. */
function writeExternalModel(): string {
  mkdirSync(at('source', 'data'), { recursive: true });
  writeFileSync(at('source', 'data', 'w.bin'), new Uint8Array(Float32Array.from([5, 6]).buffer));
  writeFileSync(at('source', 'data', 'unused.bin'), 'unused');
  const { rawData: _, ...tensor } = floatTensor('w', [5, 6]);
  const externalData = [
    { key: 'location', value: 'data/w.bin' },
    { key: 'length', value: '8' },
    { key: 'checksum', value: 'abc' },
  ];
  const initializer = [{ ...tensor, dataLocation: 1, externalData }];
  writeFileSync(at('source', 'model.onnx'), encodeModel(tinyMessage({}, { initializer })));
  return at('source', 'model.onnx');
}

describe('writeModel', () => {
  it('writes what it read and makes the folder', async () => {
    writeFileSync(at('model.onnx'), tinyBytes());
    await writeModel(await readModel(at('model.onnx')), at('a', 'b', 'out.onnx'));
    expect(readFileSync(at('a', 'b', 'out.onnx'))).toEqual(readFileSync(at('model.onnx')));
    expect(listing('a')).toEqual(['b', 'b/out.onnx']);
  });

  it('replaces an existing file and nothing else', async () => {
    writeFileSync(at('out.onnx'), 'before');
    await writeModel(tinyModel().model, at('out.onnx'));
    expect((await readModel(at('out.onnx'))).graph.nodeCount).toBe(2);
    expect(listing()).toEqual(['out.onnx']);
  });

  it.each([
    ['a folder', 'folder'],
    ['a place inside a file', 'file/out.onnx'],
    ['a place deep inside a file', 'file/a/out.onnx'],
    ['a name that is too long', `new/${'n'.repeat(300)}`],
  ])('refuses %s and leaves nothing behind', async (_, name) => {
    mkdirSync(at('folder'));
    writeFileSync(at('file'), 'a file');
    const error = await rejection(writeModel(tinyModel().model, at(name)));
    expect([error?.code, error?.subject]).toEqual(['output-unwritable', at(name)]);
    expect(listing()).toEqual(['file', 'folder']);
    expect(readFileSync(at('file'), 'utf8')).toBe('a file');
  });

  it.skipIf(process.getuid?.() === 0)(
    'refuses a folder it may not write to (the superuser may)',
    async () => {
      mkdirSync(at('locked'));
      chmodSync(at('locked'), 0o500);
      expect((await rejection(writeModel(tinyModel().model, at('locked', 'out.onnx'))))?.code).toBe(
        'output-unwritable',
      );
      expect(listing()).toEqual(['locked']);
    },
  );

  it('copies the data files that are still referred to', async () => {
    const path = writeExternalModel();
    await writeModel(await readModel(path), at('target', 'out.onnx'));
    expect(listing('target')).toEqual(['data', 'data/w.bin', 'out.onnx']);
    expect(readFileSync(at('target', 'out.onnx'))).toEqual(readFileSync(path));
    const [w] = [...(await readModel(at('target', 'out.onnx'))).graph.initializers];
    expect([...(w?.tensor?.numbers() ?? [])]).toEqual([5, 6]);
  });

  it('copies data of attributes and sparse tensors too, and none that is no longer referred to', async () => {
    const path = writeExternalModel();
    const model = await readModel(path);
    const [w] = [...model.graph.initializers];
    const [node] = [...model.graph.nodes()];
    if (!w?.tensor || !node) throw new Error('incomplete');
    const external = w.tensor;
    w.tensor = Tensor.floats([1, 2]);
    await writeModel(model, at('none', 'out.onnx'));
    expect(listing('none')).toEqual(['out.onnx']);
    node.setAttribute('weights', { kind: 'tensors', value: [external] });
    await writeModel(model, at('attribute', 'out.onnx'));
    expect(listing('attribute')).toContain('data/w.bin');
    const { initializer: [externalMessage = {}] = [] } = decodeModel(readFileSync(path)).graph ?? {};
    node.setAttribute('weights', {
      kind: 'other',
      message: { type: 11, sparseTensor: { values: externalMessage } },
    });
    await writeModel(model, at('sparse', 'out.onnx'));
    expect(listing('sparse')).toContain('data/w.bin');
    await writeModel(model, at('inline', 'out.onnx'), { externalData: 'inline' });
    expect(listing('inline')).toContain('data/w.bin');
  });

  it('does not touch the data files of its own folder, through links neither', async () => {
    const path = writeExternalModel();
    symlinkSync(at('source'), at('linked'));
    const before = statSync(at('source', 'data', 'w.bin'));
    const model = await readModel(path);
    await writeModel(model, at('source', 'out.onnx'));
    await writeModel(model, at('linked', 'other.onnx'));
    const after = statSync(at('source', 'data', 'w.bin'));
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
    expect(listing('source')).toEqual([
      'data',
      'data/unused.bin',
      'data/w.bin',
      'model.onnx',
      'other.onnx',
      'out.onnx',
    ]);
  });

  it('refuses to write the model over its own data, and leaves nothing of a failed copy', async () => {
    const path = writeExternalModel();
    const model = await readModel(path);
    const over = await rejection(writeModel(model, at('source', 'data', 'w.bin')));
    // There the data would have to be copied to data/data/w.bin; directly beside it, it is the target itself.
    expect(over?.code).toBe('output-unwritable');
    expect(readFileSync(at('source', 'data', 'w.bin')).length).toBe(8);
    mkdirSync(at('target', 'out.onnx'), { recursive: true });
    expect((await rejection(writeModel(model, at('target', 'out.onnx'))))?.code).toBe('output-unwritable');
    expect(listing('target')).toEqual(['out.onnx']);
  });

  it('refuses two sources for one data file', async () => {
    const first = await readModel(writeExternalModel());
    mkdirSync(at('other'));
    execFileSync('cp', ['-r', `${at('source')}/.`, at('other')]);
    const second = await readModel(at('other', 'model.onnx'));
    const [w] = [...first.graph.initializers];
    const [foreign] = [...second.graph.initializers];
    const [node] = [...first.graph.nodes()];
    if (!w?.tensor || !foreign?.tensor) throw new Error('incomplete');
    node?.setAttribute('foreign', { kind: 'tensor', value: foreign.tensor });
    const error = await rejection(writeModel(first, at('target', 'out.onnx')));
    expect(error?.code).toBe('output-unwritable');
    expect(existsSync(at('target'))).toBe(false);
  });

  it('says which data file is missing', async () => {
    const model = await readModel(writeExternalModel());
    rmSync(at('source', 'data', 'w.bin'));
    const error = await rejection(writeModel(model, at('target', 'out.onnx')));
    expect([error?.code, error?.subject]).toEqual(['external-data', 'data/w.bin']);
    expect(existsSync(at('target'))).toBe(false);
  });
});

describe('writeFileWhole', () => {
  it('writes text and bytes, and replaces', async () => {
    await writeFileWhole(at('a', 'report.txt'), 'größe');
    await writeFileWhole(at('a', 'report.txt'), Uint8Array.from([65]));
    expect(readFileSync(at('a', 'report.txt'), 'utf8')).toBe('A');
    expect(listing()).toEqual(['a', 'a/report.txt']);
  });

  it('refuses a folder', async () => {
    mkdirSync(at('folder'));
    expect((await rejection(writeFileWhole(at('folder'), 'text')))?.code).toBe('output-unwritable');
    expect(listing()).toEqual(['folder']);
  });
});
