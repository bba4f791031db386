import { expect, test } from 'vitest';
import { z } from 'zod';
import { definePass, GraphBuilder, type Model, type PassFactory } from '../../src/index.ts';
import { BrokenLaw, type CheckOptions, checkPass, checkPasses } from '../../src/testing/index.ts';
import { ortExecutor } from '../support/ort-executor.ts';

function passThat(apply: (model: Model, count: number) => void, when = (_: Model) => true): PassFactory {
  let count = 0;
  return definePass({
    id: 'tested',
    description: 'A pass of a test.',
    guarantee: 'exact',
    schema: z.strictObject({ amount: z.int().min(0).max(3).default(1) }),
    *propose(model) {
      if (when(model)) {
        yield {
          kind: 'patch',
          name: 'a patch',
          guarantee: 'exact',
          nodes: [],
          apply: () => apply(model, ++count),
        };
      }
    },
  });
}

/** Appends a node that nothing reads: harmless, and never at an end. */
const appendDeadNode = ({ graph }: Model) => {
  const [input] = graph.inputs;
  if (input?.type !== undefined) new GraphBuilder(graph).op('Neg', [input], { types: [input.type] });
};

async function brokenLaw(pass: PassFactory, options: CheckOptions = {}): Promise<string> {
  try {
    await checkPass(pass, { runs: 20, seed: 3, ...options });
  } catch (error) {
    expect(error).toBeInstanceOf(Error);
    const { message, cause } = error as Error;
    expect(message).toContain('model (onnx');
    expect(cause).toBeInstanceOf(BrokenLaw);
    return (cause as BrokenLaw).law;
  }
  return 'none';
}

test('a pass that keeps the laws passes, alone and in sequences', async () => {
  const pass = passThat(appendDeadNode);
  await checkPass(pass, { executor: ortExecutor, runs: 20 });
  await checkPass(pass({ amount: 2 }), { executor: ortExecutor, runs: 5 });
  await checkPasses([pass], { executor: ortExecutor, runs: 10 });
});

test('the empty pipeline leaves every byte, and so does a pass that finds nothing', async () => {
  await checkPasses([], { neutral: true, idempotent: true });
  await checkPass(
    passThat(
      () => undefined,
      () => false,
    ),
    { neutral: true, idempotent: true },
  );
});

test('every law that is broken is named', async () => {
  const rename = (model: Model, count: number) => {
    model.graph.name = `${count}`;
  };
  expect(await brokenLaw(passThat(rename))).toBe('deterministic');
  expect(await brokenLaw(passThat(appendDeadNode), { idempotent: true })).toBe('idempotent');
  expect(await brokenLaw(passThat(appendDeadNode), { neutral: true })).toBe('neutral');
  expect(await brokenLaw(passThat(({ graph }) => graph.inputs.reverse()))).toBe('signature');
  expect(
    await brokenLaw(
      passThat((model) => model.metadataProps.clear()),
      { runs: 100 },
    ),
  ).toBe('metadata');
  const negate = ({ graph }: Model) => {
    const [output] = graph.outputs;
    const producer = output?.producer;
    if (producer?.opType === 'Neg') producer.opType = 'Abs';
  };
  expect(await brokenLaw(passThat(negate), { executor: ortExecutor, runs: 200 })).toBe('agreement');
  const hidden = passThat(
    () => undefined,
    (model) => {
      model.graph.metadataProps.set('seen', 'yes');
      return false;
    },
  );
  expect(await brokenLaw(hidden)).toBe('refusal changes nothing');
  const cut = ({ graph }: Model) => {
    const [node] = graph.nodes();
    if (node !== undefined) graph.remove(node);
  };
  await expect(checkPass(passThat(cut), { runs: 20 })).rejects.toThrow(/model \(onnx/);
});
