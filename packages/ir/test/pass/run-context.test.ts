import { expect, test } from 'vitest';
import { completeContext, PassRunContext } from '../../src/pass/run-context.ts';
import { codeOf, rejection } from '../support/code-of.ts';
import { bareContext } from '../support/passes.ts';

test('the context of a run hands on what the pipeline was given', () => {
  const heard: unknown[] = [];
  const executor = { run: async () => new Map() };
  const { signal } = new AbortController();
  const given = bareContext({ maxDrop: 0.3, executor, signal, progress: (progress) => heard.push(progress) });
  const context = new PassRunContext(given, 'a');
  context.progress({ message: 'half', done: 1, total: 2 });
  expect(heard).toEqual([{ message: 'half', done: 1, total: 2 }]);
  expect([context.logger, context.judge, context.maxDrop]).toEqual([given.logger, undefined, 0.3]);
  expect([context.executor, context.signal]).toEqual([executor, signal]);
});

test('counters of any name begin at nothing', () => {
  const context = new PassRunContext(bareContext(), 'a');
  context.count('folded');
  context.count('folded', 4);
  context.count('constructor');
  expect(context.counters).toEqual({ folded: 5, constructor: 1 });
});

test('cancelling is noticed at once, and at a checkpoint after a long computation', async () => {
  const controller = new AbortController();
  const context = new PassRunContext(bareContext({ signal: controller.signal }), 'slow');
  context.throwIfCancelled();
  await context.checkpoint();
  setImmediate(() => controller.abort());
  const start = performance.now();
  while (performance.now() - start < 40);
  // Nothing has run in between: the signal is still on its way.
  expect(controller.signal.aborted).toBe(false);
  expect((await rejection(context.checkpoint()))?.subject).toBe('slow');
  expect(codeOf(context.throwIfCancelled)).toBe('cancelled');
});

test('a context is completed once', () => {
  const complete = completeContext(bareContext(), 'a');
  expect(completeContext(complete, 'b')).toBe(complete);
  expect(complete.random.uniform()).toBe(new PassRunContext(bareContext(), 'a').random.uniform());
});
