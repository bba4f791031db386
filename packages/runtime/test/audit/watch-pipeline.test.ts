import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { definePass, Graph, Model, type PassContext, runPipeline, tensorType, Value } from '@sentei/ir';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { AuditLog } from '../../src/audit/audit-log.ts';
import { verifyAudit } from '../../src/audit/verify-audit.ts';
import { watchPipeline } from '../../src/audit/watch-pipeline.ts';

function emptyModel(): Model {
  const input = new Value('x', tensorType('float32', [1]));
  const graph = new Graph('empty', [input]);
  graph.setOutputs([input]);
  return new Model(graph, [['', 17]], 8);
}

const context: PassContext = {
  logger: { info: () => undefined, warn: () => undefined },
  judge: undefined,
  maxDrop: 0.01,
  progress: () => undefined,
};

const busy = definePass({
  id: 'busy',
  description: 'yields one of each kind',
  guarantee: 'exact',
  schema: z.strictObject({ fails: z.boolean().default(false) }),
  *propose(_model, _context, { fails }) {
    const nodes = Array.from({ length: 150 }, (_, index) => `n${index}`);
    yield {
      kind: 'patch',
      name: 'good',
      guarantee: 'exact',
      nodes,
      scores: { bytes: 7 },
      apply: () => undefined,
    };
    yield { kind: 'refusal', name: 'other', nodes: [], reason: 'not this one' };
    const apply = () => {
      throw new RangeError('oh');
    };
    if (fails) yield { kind: 'patch', name: 'bad', guarantee: 'exact', nodes: [], apply };
  },
});

async function logged(fails: boolean) {
  const folder = await mkdtemp(join(tmpdir(), 'sentei-audit-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'audit.jsonl');
  const log = await AuditLog.open(path);
  const instruments = [watchPipeline(log)];
  const running = runPipeline(emptyModel(), [busy({ fails })], context, { instruments });
  const error = await running.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  log.close();
  await verifyAudit(path);
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  return { error, lines: lines.map((line) => JSON.parse(line)) };
}

test('every proposal and decision is a line, with its place, scores and reason', async () => {
  const { lines } = await logged(false);
  expect(lines).toMatchObject([
    {
      event: 'patch-proposed',
      pass: 'busy',
      place: '1',
      passRun: 1,
      name: 'good',
      number: 1,
      nodeCount: 150,
    },
    {
      event: 'patch-applied',
      name: 'good',
      number: 1,
      scores: { bytes: 7 },
      reason: 'exact',
      nodeCount: 150,
    },
    { event: 'patch-refused', name: 'other', reason: 'not this one' },
  ]);
  expect(lines[0].nodes).toHaveLength(100);
});

test('a failure says which patch was undone', async () => {
  const { error, lines } = await logged(true);
  expect(error).toMatchObject({ code: 'invalid-graph' });
  expect(lines.slice(3)).toMatchObject([
    { event: 'patch-proposed', name: 'bad' },
    { event: 'pass-failed', pass: 'busy', code: 'invalid-graph', undone: 'bad', number: 2 },
  ]);
});
