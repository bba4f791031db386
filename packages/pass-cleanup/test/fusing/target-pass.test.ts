import { runPipeline } from '@sentei/ir';
import { expect, it } from 'vitest';
import { TARGETS, type Target } from '../../src/fusing/kernels.ts';
import { targetPass } from '../../src/fusing/target-pass.ts';
import { tinyModel } from '../support/tiny.ts';

it('hands the target to the rules, cpu unless said otherwise', async () => {
  const asked: Target[] = [];
  const pass = targetPass('example', 'An example.', (target) => {
    asked.push(target);
    return [];
  });
  const model = tinyModel({ x: ['n'] }, (b, [x]) => (x ? [b.op('Neg', [x])] : []));
  const context = {
    logger: { info: () => undefined, warn: () => undefined },
    judge: undefined,
    maxDrop: 0,
    progress: () => undefined,
  };
  const records = await runPipeline(model, [pass(), ...TARGETS.map((target) => pass({ target }))], context);
  expect(records.map(({ patches }) => patches.length)).toEqual([0, 0, 0]);
  expect(asked).toEqual(['cpu', 'cpu', 'cuda']);
});
