import { expect, test } from 'vitest';
import { type Model, type PrintedChange, printChanges, runPipeline } from '../../src/index.ts';
import { bareContext, counting, passOf, patchOf } from '../support/passes.ts';
import { tinyModel } from '../support/tiny-model.ts';

const print = ({ graph }: Model) => [...graph.nodes()].map(({ name }) => name).join(' ');

test('a change is shown with the text before and after, a patch that changes nothing is not', async () => {
  const shown: PrintedChange[] = [];
  const idle = passOf('idle', function* () {
    yield patchOf('nothing', () => undefined);
  });
  const instruments = [printChanges(print, (change) => void shown.push(change))];
  await runPipeline(tinyModel().model, [counting(1), idle(), counting(2)], bareContext(), { instruments });
  expect(shown).toEqual([
    { number: 1, place: '1', pass: 'counting', patch: 'number 1', before: 'add relu', after: 'add 1' },
    { number: 4, place: '3', pass: 'counting', patch: 'number 2', before: 'add 1', after: 'add 2' },
  ]);
});
