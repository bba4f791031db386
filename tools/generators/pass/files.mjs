/**
 * The files of a new pass package by their path in it.
 *
 * @param {{ name: string, identifier: string, description: string, version: string, license: string }} pass
 * @returns {Record<string, string>}
 */
export function packageFiles(pass) {
  return {
    'package.json': `${JSON.stringify(manifest(pass), null, 2)}\n`,
    'tsconfig.json': `${JSON.stringify(TSCONFIG, null, 2)}\n`,
    LICENSE: pass.license,
    'README.md': readme(pass),
    'src/index.ts': `export { ${pass.identifier} } from './${pass.name}.ts';\n`,
    [`src/${pass.name}.ts`]: source(pass),
    [`test/${pass.name}.test.ts`]: test(pass),
    'test/laws.test.ts': laws(pass),
    'test/readme.test.ts': readmeTest(pass),
  };
}

const TSCONFIG = {
  extends: '../../tsconfig.base.json',
  compilerOptions: { rootDir: 'src', outDir: 'dist', tsBuildInfoFile: 'dist/.tsbuildinfo' },
  include: ['src/**/*.ts'],
  references: [{ path: '../ir' }],
};

function manifest({ name, description, version }) {
  return {
    name: `@sentei/pass-${name}`,
    version,
    description,
    license: 'MIT',
    type: 'module',
    engines: { node: '>=20.19' },
    sideEffects: false,
    exports: {
      '.': { '@sentei/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
    },
    files: ['dist', '!dist/.tsbuildinfo', 'src'],
    dependencies: { '@sentei/ir': version, zod: '^4.6.7' },
    devDependencies: { '@sentei/runtime': version },
    nx: {
      name: `pass-${name}`,
      targets: { build: { command: `tsc -b packages/pass-${name}`, options: { cwd: '{workspaceRoot}' } } },
    },
  };
}

function source({ name, identifier, description }) {
  return `import {
  type Decision,
  definePass,
  type Model,
  type Node,
  type Proposal,
  removeUnread,
  type Value,
} from '@sentei/ir';
import { z } from 'zod';

const schema = z.strictObject({
  maxPairs: z.int().min(0).default(1_000_000).describe('pairs taken out at most; 0 leaves everything'),
});

/** ${description} */
export const ${identifier} = definePass({
  id: '${name}',
  description: ${quote(description)},
  guarantee: 'exact',
  schema,
  propose,
});

/** Two nodes that undo each other, and what they read. */
interface Pair {
  readonly outer: Node;
  readonly result: Value;
  readonly origin: Value;
}

function* propose(
  model: Model,
  _context: unknown,
  { maxPairs }: z.output<typeof schema>,
): Generator<Proposal, void, Decision> {
  const functions = new Set(model.functions.map(({ domain, name }) => \`\${domain} \${name}\`));
  let count = 0;
  for (const outer of [...model.graph.allNodes()]) {
    // An earlier patch may have taken the node out.
    const pair = outer.graph === null ? undefined : findPair(outer);
    if (pair === undefined || functions.has(\`\${outer.domain} Neg\`)) continue;
    if (count >= maxPairs) return;
    const subject = { name: \`\${outer}\`, nodes: [\`\${outer}\`] };
    if (pair.result.outputOf.size > 0) {
      yield { kind: 'refusal', ...subject, reason: \`\${pair.result.name} is an output of its graph\` };
      continue;
    }
    count++;
    yield { kind: 'patch', ...subject, guarantee: 'exact', apply: () => takeOut(pair) };
  }
}

function findPair(outer: Node): Pair | undefined {
  if (!outer.is('Neg')) return undefined;
  const inner = outer.input(0)?.producer;
  const origin = inner?.is('Neg') ? inner.input(0) : undefined;
  const result = outer.output(0);
  return origin && result?.isUsed ? { outer, result, origin } : undefined;
}

function takeOut({ outer, result, origin }: Pair): void {
  result.replaceUsesWith(origin);
  removeUnread(outer);
}
`;
}

function test({ name, identifier }) {
  return `import { Graph, GraphBuilder, Model, runPipeline, tensorType } from '@sentei/ir';
import { expect, test } from 'vitest';
import { ${identifier} } from '../src/index.ts';

const CONTEXT = {
  logger: { info: () => undefined, warn: () => undefined },
  judge: undefined,
  maxDrop: 0.01,
  progress: () => undefined,
};

/** Abs of Neg of Neg of x; the pair's result is an output, too, when \`isReturned\`. */
function negatedTwice(isReturned = false): Model {
  const type = tensorType('float32', [3]);
  const graph = new Graph('negated-twice');
  const x = graph.newValue('x', type);
  graph.inputs.push(x);
  const b = new GraphBuilder(graph);
  const twice = b.op('Neg', [b.op('Neg', [x], { types: [type] })], { types: [type] });
  const y = b.op('Abs', [twice], { types: [type] });
  graph.setOutputs(isReturned ? [y, twice] : [y]);
  return new Model(graph, [['', 20]]);
}

const operators = (model: Model) => [...model.graph.nodes()].map(({ opType }) => opType);

test('a pair goes, and what read its result reads what went in', async () => {
  const model = negatedTwice();
  const [record] = await runPipeline(model, [${identifier}()], CONTEXT);
  expect(record?.patches.map(({ decision }) => decision)).toEqual(['applied']);
  expect(operators(model)).toEqual(['Abs']);
});

test('a pair whose result is an output is refused with the reason', async () => {
  const model = negatedTwice(true);
  const [record] = await runPipeline(model, [${identifier}()], CONTEXT);
  expect(record?.patches.map(({ decision, reason }) => [decision, reason])).toEqual([
    ['refused', 'neg_out_1 is an output of its graph'],
  ]);
  expect(operators(model)).toEqual(['Neg', 'Neg', 'Abs']);
});

test('the number of pairs can be limited', async () => {
  const model = negatedTwice();
  await runPipeline(model, [${identifier}({ maxPairs: 0 })], CONTEXT);
  expect(operators(model)).toEqual(['Neg', 'Neg', 'Abs']);
  expect(() => ${identifier}({ maxPairs: -1 })).toThrow("option 'maxPairs' of pass ${name} is invalid");
});
`;
}

function laws({ identifier }) {
  return `import { checkPass } from '@sentei/ir/testing';
import { createExecutor } from '@sentei/runtime';
import { afterAll, test } from 'vitest';
import { ${identifier} } from '../src/index.ts';

const executor = createExecutor();
afterAll(() => executor.close());

test('the pass keeps the laws at any options, and numbers as they are', async () => {
  await checkPass(${identifier}, { executor });
});

test('it finds nothing more to do in a second run, and nothing at its neutral setting', async () => {
  await checkPass(${identifier}(), { idempotent: true });
  await checkPass(${identifier}({ maxPairs: 0 }), { neutral: true });
});
`;
}

function readme({ name, identifier, description }) {
  return `# @sentei/pass-${name}

${description} Guarantee: exact.

\`\`\`js
import { readModel, runPipeline } from '@sentei/ir';
import { ${identifier} } from '@sentei/pass-${name}';

const model = await readModel('checkpoints/fox-pro-6l/model.onnx');
const context = { logger: console, judge: undefined, maxDrop: 0.01, progress: () => undefined };
const [record] = await runPipeline(model, [${identifier}()], context);
console.log(record.patches.map((patch) => \`\${patch.name}: \${patch.decision}\`));
\`\`\`

On the command line: \`sentei prune model.onnx --out pruned --pipeline "${name}"\`.

## What it rewrites, and what it refuses

A \`Neg\` that reads the result of another \`Neg\` goes: whatever read it reads what went into the first one. A pair whose
result is an output of its graph is refused, since the output would lose its name.

## Options

| option     | default   | meaning                                      |
| ---------- | --------- | -------------------------------------------- |
| \`maxPairs\` | 1,000,000 | pairs taken out at most; 0 leaves everything |
`;
}

function readmeTest({ name }) {
  return `import { readFile } from 'node:fs/promises';
import * as ir from '@sentei/ir';
import { expect, test } from 'vitest';
import * as pass from '../src/index.ts';

/** Runs the example of the README as it stands there, its imports handed in. */
test('the example of the README runs', async () => {
  const text = await readFile('packages/pass-${name}/README.md', 'utf8');
  const code = /\`\`\`js\\n(.*?)\`\`\`/s.exec(text)?.[1] ?? '';
  const body = code
    .replace(/^import (\\{.*\\}) from '@sentei\\/ir';$/m, 'const $1 = ir;')
    .replace(/^import (\\{.*\\}) from '@sentei\\/pass-${name}';$/m, 'const $1 = pass;');
  expect(body).not.toContain('import');
  const printed: unknown[] = [];
  const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor;
  const run = new AsyncFunction('ir', 'pass', 'console', body);
  await run(ir, pass, { log: (line: unknown) => printed.push(line) });
  expect(printed).toEqual([[]]);
});
`;
}

function quote(text) {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
