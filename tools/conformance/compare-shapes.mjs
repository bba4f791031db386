/**
 * Compares the types `@sentei/ir` infers with those of PyPI `onnx`, value by value, and with what the files declare.
 *
 *     python tools/conformance/infer-shapes.py <result.json> <folder> ...
 *     node tools/conformance/compare-shapes.mjs <result.json> [--list] [--update]
 *
 * Declared types are hidden from both, those of inputs aside. Every disagreement must be accounted for, by operator and
 * relation, in expected-shapes.json beside this file (relation `follows`: the node reads a value better known): exit code 1 when one is not, or when an entry no longer occurs.
 * `--list` prints each value; `--update` rewrites the counts and keeps the reasons.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DATA_TYPES, inferTypes, readModelBytes } from '@sentei/ir';

/** @typedef {import('@sentei/ir').ValueType} ValueType */
/** @typedef {import('@sentei/ir').Graph} Graph */
/** @typedef {import('@sentei/ir').Node} Node */
/** @typedef {import('@sentei/ir').Value} Value */
/** @typedef {{ relation: string, operator: string, count: number, reason: string }} Entry */

const EXPECTED = new URL('expected-shapes.json', import.meta.url);

/** The notation of infer-shapes.py. @param {ValueType | undefined} type @returns {unknown[] | null} */
function describe(type) {
  if (type === undefined) return null;
  switch (type.kind) {
    case 'tensor':
    case 'sparse-tensor':
      return [type.kind, DATA_TYPES[type.elementType], type.shape ?? null];
    case 'sequence':
    case 'optional':
      return [type.kind, describe(type.element)];
    case 'map':
      return [type.kind, DATA_TYPES[type.key], describe(type.value)];
    default:
      return null;
  }
}

/** How our type stands to theirs. @param {unknown} ours @param {unknown} theirs @returns {Set<string>} */
function compare(ours, theirs) {
  if (ours === theirs) return new Set();
  if (isOpen(ours)) return new Set(isOpen(theirs) ? [] : ['less']);
  if (isOpen(theirs)) return new Set(['more']);
  if (Array.isArray(ours) && Array.isArray(theirs)) {
    if (ours.length !== theirs.length) return new Set(['contradiction']);
    return new Set(ours.flatMap((part, i) => [...compare(part, theirs[i])]));
  }
  // Extents: a number tells more than a symbol, and an expression more than a name of its own.
  if (typeof ours === 'number' && typeof theirs === 'string') return new Set(['more']);
  if (typeof ours === 'string' && typeof theirs === 'number') return new Set(['less']);
  return new Set(typeof ours === 'string' && typeof theirs === 'string' ? ['symbol'] : ['contradiction']);
}

/** @param {unknown} part */
function isOpen(part) {
  return part === null || part === undefined;
}

/** @param {Graph} graph @param {string} path @returns {Generator<[string, Graph]>} */
function* graphsOf(graph, path) {
  yield [path, graph];
  let index = 0;
  for (const node of graph.nodes()) {
    for (const [name, attribute] of node.attributes) {
      const inner =
        attribute.kind === 'graph' ? [attribute.value] : attribute.kind === 'graphs' ? attribute.value : [];
      for (const [place, subgraph] of inner.entries())
        yield* graphsOf(subgraph, `${path}${index}.${name}.${place}/`);
    }
    index++;
  }
}

/** @typedef {{ relation: string, operator: string, where: string, ours: unknown, theirs: unknown }} Difference */

/** @param {string} file @param {Record<string, unknown>} theirs @returns {{ compared: number, differences: Difference[] }} */
function compareModel(file, theirs) {
  const model = readModelBytes(readFileSync(file), { folder: dirname(file) });
  /** @type {Map<string, Value>} */
  const values = new Map();
  /** @type {Map<Value, ValueType>} */
  const declared = new Map();
  // Subgraphs first: what is better known inside explains the outputs of the node around it.
  for (const [path, graph] of [...graphsOf(model.graph, '')].reverse()) {
    for (const node of graph.nodes()) {
      for (const output of node.outputs) {
        if (output.name === '') continue;
        values.set(path + output.name, output);
        if (output.type !== undefined) declared.set(output, output.type);
        output.type = undefined;
      }
    }
  }
  const table = inferTypes(model);
  /** @type {Difference[]} */
  const differences = table.conflicts.map(({ node, reason }) => {
    return {
      relation: 'refused',
      operator: node.opType,
      where: `${file} ${node}`,
      ours: reason,
      theirs: null,
    };
  });
  /** Values of which ours tells more, by path. @type {Set<Value>} */
  const better = new Set();
  for (const [path, value] of values) {
    const ours = normal(describe(table.typeOf(value)));
    const operator = value.producer?.opType ?? '';
    const where = `${file} ${path}`;
    const other = normal(theirs[path] ?? null);
    for (const relation of compare(ours, other)) {
      if (relation === 'more') better.add(value);
      const follows = relation === 'more' && value.producer !== null && readsAny(value.producer, better);
      differences.push({
        relation: follows ? 'follows' : relation,
        operator: follows ? '' : operator,
        where,
        ours,
        theirs: other,
      });
    }
    const own = normal(describe(declared.get(value)));
    if (compare(ours, own).has('contradiction'))
      differences.push({ relation: 'declaration', operator, where, ours, theirs: own });
  }
  return { compared: values.size, differences };
}

/** Whether a node reads one of some values, or its graphs compute one. @param {Node} node @param {Set<Value>} values */
function readsAny(node, values) {
  if (node.inputs.some((input) => input !== null && values.has(input))) return true;
  for (const graph of node.subgraphs()) {
    for (const inner of graph.allNodes()) {
      if ([...inner.inputs, ...inner.outputs].some((value) => value !== null && values.has(value)))
        return true;
    }
  }
  return false;
}

/** Element type 0 means that it is not known. @param {unknown} type @returns {unknown} */
function normal(type) {
  if (!Array.isArray(type)) return type;
  const [kind, ...rest] = type;
  if (!String(kind).endsWith('tensor')) return [kind, ...rest.map(normal)];
  return rest[0] === 0 && rest[1] === null ? null : [kind, rest[0] || null, rest[1]];
}

/** @param {string} line */
function print(line) {
  process.stdout.write(`${line}\n`);
}

const [result, ...flags] = process.argv.slice(2);
if (result === undefined) {
  print('usage: node tools/conformance/compare-shapes.mjs <result.json> [--list] [--update]');
  process.exit(2);
}
/** @type {Record<string, { values?: Record<string, unknown>, error?: string }>} */
const theirs = JSON.parse(readFileSync(result, 'utf8'));
/** @type {Map<string, { relation: string, operator: string, places: Difference[] }>} */
const groups = new Map();
let compared = 0;
let agreed = 0;
for (const [file, { values = {}, error }] of Object.entries(theirs)) {
  const outcome = compareModel(file, values);
  compared += outcome.compared;
  const places = new Set(outcome.differences.map(({ where }) => where));
  agreed +=
    outcome.compared -
    [...places].filter((place) =>
      outcome.differences.some((d) => d.where === place && d.relation !== 'refused'),
    ).length;
  for (const difference of outcome.differences) {
    const relation = error === undefined ? difference.relation : `onnx fails, ${difference.relation}`;
    const key = `${relation} ${difference.operator}`;
    const group = groups.get(key) ?? { relation, operator: difference.operator, places: [] };
    group.places.push(difference);
    groups.set(key, group);
  }
}
/** @type {Entry[]} */
const expected = JSON.parse(readFileSync(EXPECTED, 'utf8'));
const reasons = new Map(expected.map((entry) => [`${entry.relation} ${entry.operator}`, entry]));
let wrong = 0;
for (const [key, { relation, operator, places }] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
  const entry = reasons.get(key);
  const isRight = entry?.count === places.length;
  if (!isRight) wrong++;
  if (!isRight || flags.includes('--list')) {
    print(
      `${isRight ? 'listed  ' : 'unlisted'} ${relation} ${operator}: ${places.length}, expected ${entry?.count ?? 0}`,
    );
    for (const { where, ours, theirs: other } of flags.includes('--list') ? places : places.slice(0, 3))
      print(`  ${where}\n    ours   ${JSON.stringify(ours)}\n    theirs ${JSON.stringify(other)}`);
  }
}
for (const [key, { count }] of reasons) {
  if (groups.has(key)) continue;
  wrong++;
  print(`stale ${key}: expected ${count}, found none`);
}
if (flags.includes('--update')) {
  const entries = [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { relation, operator, places }]) => {
      return { relation, operator, count: places.length, reason: reasons.get(key)?.reason ?? '' };
    });
  writeFileSync(EXPECTED, `[\n${entries.map((entry) => `  ${JSON.stringify(entry)}`).join(',\n')}\n]\n`);
}
const total = [...groups.values()].reduce((sum, { places }) => sum + places.length, 0);
print(
  `${compared} values of ${Object.keys(theirs).length} models compared: ${agreed} alike, ${total} disagreements, ${wrong} groups not as listed`,
);
process.exit(wrong === 0 ? 0 : 1);
