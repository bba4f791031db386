import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ir from '@sentei/ir';
import { afterAll, describe, expect, it } from 'vitest';
import * as face from '../src/index.ts';
import { normModel } from './support/norm.ts';

const folder = mkdtempSync(join(tmpdir(), 'sentei-'));
afterAll(() => rmSync(folder, { recursive: true }));

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

describe('the README', () => {
  it('shows an example that runs', async () => {
    const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
    await ir.writeModel(normModel(), join(folder, 'model.onnx'));
    const body = example
      .replace(/import (\{.*?\}) from '@sentei\/ir';/, 'const $1 = ir;')
      .replace(/import (\{.*?\}) from '@sentei\/pass-cleanup';/, 'const $1 = face;')
      .replace(/'(\w+\.onnx)'/g, (_, name) => JSON.stringify(join(folder, name)));
    const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor;
    await new AsyncFunction('ir', 'face', body)(ir, face);
    const clean = await ir.readModel(join(folder, 'clean.onnx'));
    expect([...clean.graph.nodes()].map((node) => node.opType)).not.toContain('Reciprocal');
  });

  it('names no pass that a pipeline cannot name', () => {
    const ids = new Set<string>(face.CLEANUP_PASSES.map(({ id }) => id));
    const tables = readme.matchAll(/^\| pass .*\n\|[ |-]+\n((?:\|.*\n)+)/gm);
    const named = [...tables].flatMap(([, rows = '']) => [...rows.matchAll(/^\| `([a-z-]+)`/gm)]);
    expect(named.length).toBeGreaterThan(15);
    for (const [, id = ''] of named) expect(ids).toContain(id);
  });

  it('names every pass and option', () => {
    for (const { id, schema } of face.CLEANUP_PASSES) {
      for (const name of [id, ...Object.keys(schema.shape)]) expect(readme).toContain(`| \`${name}\``);
    }
  });
});
