import { type Model, Tensor, type Value } from '@sentei/ir';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gatherShiftsRule as rule } from '../src/gather-shifts.ts';
import {
  expectUntouched,
  floats,
  noise,
  once,
  operators,
  run,
  type TinyOptions,
  tinyModel,
} from './support/tiny.ts';

interface Form {
  readonly axis?: number;
  readonly rows?: number;
  readonly cut?: number;
  readonly fill?: number;
  readonly named?: boolean;
  readonly mode?: string;
  readonly times?: number;
  readonly options?: TinyOptions;
}

/** x [2, s, 3, 2] shifted along an axis, once or more. */
function shifted({
  axis = 1,
  rows = 1,
  cut = rows,
  fill,
  named,
  mode,
  times = 1,
  options,
}: Form = {}): Model {
  return tinyModel(
    { x: [2, 's', 3, 2] },
    (b, [x]) => {
      const pads = [0, 0, 0, 0, 0, 0, 0, 0];
      pads[axis] = rows;
      pads[axis + 4] = -cut;
      let value = x as Value;
      for (let time = 0; time < times; time++) {
        const inputs = [value, b.int64(named ? [rows, -cut] : pads)];
        const filling = fill === undefined ? null : b.constant(Tensor.floats([fill], []));
        value = b.op('Pad', named ? [...inputs, filling, b.int64([axis - 4])] : [...inputs, filling], {
          attributes: { ...(mode && { mode }) },
        });
      }
      return [value];
    },
    options,
  );
}

describe('gather-shifts', () => {
  it('keeps every number, along any axis and by any number of rows', async () => {
    const form = fc.record({
      axis: fc.constantFrom(1, 2, 3),
      rows: fc.integer({ min: 1, max: 3 }),
      fill: fc.constantFrom(undefined, 0),
      named: fc.boolean(),
      times: fc.integer({ min: 1, max: 2 }),
      length: fc.integer({ min: 3, max: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(form, async ({ length, fill, ...rest }) => {
        const options = { ...rest, ...(fill !== undefined && { fill }), rows: Math.min(rest.rows, 2) };
        const after = shifted(options);
        expect(once(after, rule)).toBe(rest.times);
        expect(operators(after)).not.toContain('Pad');
        const feeds = { x: floats(noise(2 * length * 6), [2, length, 3, 2]) };
        expect(await run(after, feeds)).toEqual(await run(shifted(options), feeds));
      }),
      { numRuns: 20 },
    );
  });

  it('works out once where all shifts along one extent gather from', () => {
    const model = shifted({ times: 3 });
    once(model, rule);
    expect(operators(model).filter((type) => type === 'Range')).toHaveLength(1);
  });

  it.each<Form>([
    { cut: 2 },
    { cut: 0 },
    { rows: -1 },
    { fill: 1 },
    { mode: 'edge' },
    { options: { irVersion: 3 } },
  ])('leaves %o', (form) => {
    expectUntouched(shifted(form), rule);
  });
});
