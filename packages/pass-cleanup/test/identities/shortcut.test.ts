import { DATA_TYPES, type GraphBuilder, type Value } from '@sentei/ir';
import { describe, expect, it } from 'vitest';
import { shortcut } from '../../src/identities/shortcut.ts';
import { takeSurvey } from '../../src/survey.ts';
import { tinyModel } from '../support/tiny.ts';

type Build = (b: GraphBuilder, x: Value) => readonly Value[];

/** What the last node reads and how, after its shortcut if there is one. */
function after(build: Build) {
  const model = tinyModel({ x: ['n', 3, 4] }, (b, [x]) => build(b, x as Value));
  const last = [...model.graph.nodes()].at(-1);
  const change = last && shortcut(last, takeSurvey(model));
  change?.();
  return { changed: change !== undefined, reads: last?.input(0)?.name, perm: last?.ints('perm') };
}

const cast = (b: GraphBuilder, x: Value, type: keyof typeof DATA_TYPES) =>
  b.op('Cast', [x], { attributes: { to: BigInt(DATA_TYPES[type]) } });
const turn = (b: GraphBuilder, x: Value, ...perm: bigint[]) =>
  b.op('Transpose', [x], { attributes: { perm } });

describe('shortcut', () => {
  it('merges Transposes', () => {
    const result = after((b, x) => [turn(b, turn(b, x, 1n, 0n, 2n), 0n, 2n, 1n)]);
    expect(result).toEqual({ changed: true, reads: 'x', perm: [1, 2, 0] });
  });

  it.each<[string, Build]>([
    [
      'a Reshape after a Reshape',
      (b, x) => [b.op('Reshape', [b.op('Reshape', [x, b.int64([-1])]), b.int64([-1, 6])])],
    ],
    [
      'a Reshape after a Squeeze',
      (b, x) => [b.op('Reshape', [b.op('Unsqueeze', [x, b.int64([0])]), b.int64([12, -1])])],
    ],
    ['casts of which the first loses nothing', (b, x) => [cast(b, cast(b, x, 'float64'), 'float16')]],
  ])('lets %s read the source', (_, build) => {
    expect(after(build)).toMatchObject({ changed: true, reads: 'x' });
  });

  it.each<[string, Build]>([
    [
      'a Reshape that copies from its input',
      (b, x) => [b.op('Reshape', [b.op('Reshape', [x, b.int64([-1])]), b.int64([0, 1])])],
    ],
    [
      'a Reshape to a computed shape',
      (b, x) => [b.op('Reshape', [b.op('Flatten', [x]), b.op('Shape', [x])])],
    ],
    ['casts that round twice', (b, x) => [cast(b, cast(b, x, 'float16'), 'float64')]],
    ['casts through another kind', (b, x) => [cast(b, cast(b, cast(b, x, 'int8'), 'float32'), 'int64')]],
    [
      'a node whose source is read elsewhere',
      (b, x) => {
        const turned = turn(b, x, 1n, 0n, 2n);
        return [turned, turn(b, turned, 0n, 2n, 1n)];
      },
    ],
  ])('leaves %s', (_, build) => {
    expect(after(build).changed).toBe(false);
  });
});
