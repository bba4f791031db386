import assert from 'node:assert/strict';
import { findNorms } from '@sentei/anatomy';
import { DEFAULT_PIPELINE, PASSES } from '@sentei/cli';
import {
  Graph,
  GraphBuilder,
  instantiatePipeline,
  Model,
  type PassContext,
  parsePipeline,
  readModel,
  runPipeline,
  SenteiError,
  tensorType,
  writeModel,
} from '@sentei/ir';
import { checkPass, checkPasses, checkRoundTrip, validModel } from '@sentei/ir/testing';
import { acp } from '@sentei/pass-acp';
import { cleanup } from '@sentei/pass-cleanup';
import { collapse } from '@sentei/pass-collapse';
import * as runtime from '@sentei/runtime';
import fc from 'fast-check';
import { scalarExecutor } from './executor.js';
import { relabel } from './relabel.js';

const [checkpoint, target] = process.argv.slice(2);
assert(checkpoint !== undefined && target !== undefined, 'usage: main.js model.onnx out.onnx');

const context: PassContext = {
  logger: { info: () => undefined, warn: (message) => process.stderr.write(`${message}\n`) },
  judge: undefined,
  executor: scalarExecutor,
  maxDrop: 0.01,
  progress: () => undefined,
};

// Published passes and one of our own, from text, on a real checkpoint.
const factories = [...PASSES, relabel];
const model = await readModel(checkpoint);
const norms = findNorms(model.graph).length;
const passes = instantiatePipeline(parsePipeline('cleanup, acp, relabel{key=place}'), factories);
const records = await runPipeline(model, passes, context);
await writeModel(model, target);
const written = await readModel(target);
const [first] = written.graph.nodes();
assert.equal(first?.metadataProps.get('place'), '0');
assert(parsePipeline(DEFAULT_PIPELINE).length > 0);
assert(Object.keys(runtime).length > 0);

// The types and codes of errors are those of the one @sentei/ir that is installed.
await assert.rejects(
  readModel('no-such-model.onnx'),
  (error) => error instanceof SenteiError && error.code === 'file-missing',
);

// Our pass by the published laws, and the published passes along with it.
await checkPass(relabel(), { idempotent: true });
await checkPasses([cleanup, acp, collapse, relabel], { runs: 25 });
await checkRoundTrip({ runs: 25 });
await fc.assert(
  fc.property(validModel(), (random) => random.graph.inputs.length >= 2),
  { numRuns: 10 },
);

// On models that our executor can run, numbers have to agree, too.
const scalar = tensorType('float32', []);
const scalars = fc
  .array(fc.constantFrom('Add', 'Mul', 'Neg', 'Identity'), { minLength: 1, maxLength: 6 })
  .map((operators) => {
    const graph = new Graph('scalars');
    let value = graph.newValue('x', scalar);
    graph.inputs.push(value);
    const builder = new GraphBuilder(graph);
    for (const operator of operators) {
      const inputs = operator === 'Add' || operator === 'Mul' ? [value, builder.float32([0.5], [])] : [value];
      value = builder.op(operator, inputs, { types: [scalar] });
    }
    graph.setOutputs([value]);
    return new Model(graph, [['', 20]]);
  });
await checkPass(cleanup({ rounding: false }), { models: scalars, executor: scalarExecutor, runs: 25 });

const summary = records.map(({ pass, patches }) => `${pass} ${patches.length}`).join(', ');
process.stdout.write(`consumer: ${norms} norms; proposals: ${summary}\n`);
