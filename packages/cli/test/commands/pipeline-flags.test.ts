import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addPipelineFlags, readAmount, readWhole } from '../../src/commands/pipeline-flags.ts';

test('packages add up, and what is not given has its default', () => {
  const command = addPipelineFlags(new Command());
  command.parse(['--passes', 'a', '--passes', '@b/c', '--verify', 'pass', '--seed', '7'], { from: 'user' });
  expect(command.opts()).toEqual({
    pipeline: 'cleanup, acp, collapse, cleanup',
    passes: ['a', '@b/c'],
    verify: 'pass',
    seed: 7,
    maxDrop: 0.01,
    threads: 2,
  });
  expect(addPipelineFlags(new Command()).parse([], { from: 'user' }).opts()).toMatchObject({ passes: [] });
});

test('numbers have to be numbers', () => {
  expect([readWhole('0'), readWhole('12'), readAmount('1e-3')]).toEqual([0, 12, 0.001]);
  for (const text of ['', '-1', '1.5', 'x', '1e99', '99999999999999999999']) {
    expect(() => readWhole(text)).toThrow('whole number');
  }
  for (const text of ['', ' ', '-1', 'x', 'Infinity']) expect(() => readAmount(text)).toThrow('at least 0');
});
