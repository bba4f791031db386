import { describedValues } from '../codec/write-model.ts';
import type { Attribute } from '../graph/attribute.ts';
import type { Graph } from '../graph/graph.ts';
import type { FunctionDefinition, Model } from '../graph/model.ts';
import { Node } from '../graph/node.ts';
import { Value } from '../graph/value.ts';
import {
  annotationsOf,
  configurationOf,
  type Description,
  describeOutput,
  describeValue,
  devicesOf,
  docStringOfFunction,
  modelVersionOf,
  propertiesOfNode,
  trainingOf,
} from './carried.ts';
import { noteMessages, noteProperties, noteText, printNote } from './note.ts';
import { PRINT_DEFAULTS, type PrintOptions } from './options.ts';
import {
  deeper,
  indented,
  type PrintContext,
  printAttribute,
  printAttributes,
  printLines,
  printSparse,
} from './print-attribute.ts';
import { isIdentifier, quoteDotted, quoteName, quoteString } from './quote.ts';
import { printTensor } from './tensor-syntax.ts';
import { printType } from './type-syntax.ts';

/**
 * A model in the ONNX text syntax, weights elided: tensors of more than `inlineElements` elements are named by type, shape
 * and, where they are small enough to read, a digest. External data is not read. What the syntax lacks stands in comments
 * (`#@ …`). Linear in the model; `parseModel` reads the text back.
 *
 * @throws SenteiError `unsupported-model` where subgraphs or types nest too deeply
 */
export function printModel(model: Model, options: PrintOptions = {}): string {
  const context = makeContext(options);
  return [
    printHeader(model, context.options.metadata),
    printGraphWith(model.graph, context),
    ...model.functions.map((definition) => `\n${printFunction(definition, context)}`),
  ]
    .join('\n')
    .concat('\n');
}

/** A graph alone, in the same syntax. Values it captures go by their names. */
export function printGraph(graph: Graph, options: PrintOptions = {}): string {
  return `${printGraphWith(graph, makeContext(options))}\n`;
}

/** One node with its subgraphs, in the same syntax. */
export function printNode(node: Node, options: PrintOptions = {}): string {
  return printNodeWith(node, makeContext(options));
}

function makeContext(options: PrintOptions): PrintContext {
  return { options: { ...PRINT_DEFAULTS, ...options }, indent: '', depth: 0, printGraph: printGraphWith };
}

function printHeader(model: Model, metadata: boolean): string {
  const { producerName, producerVersion, domain, docString } = model;
  const text = (value: string | undefined) => (value ? quoteString(value) : undefined);
  const version = modelVersionOf(model);
  const fields = printFields({
    ir_version: `${model.irVersion}`,
    opset_import: printOpsets(model.opsetImports),
    producer_name: text(producerName),
    producer_version: text(producerVersion),
    domain: text(domain),
    model_version: version === 0n ? undefined : `${version}`,
    doc_string: metadata ? text(docString) : undefined,
    metadata_props: metadata ? printMetadata(model.metadataProps) : undefined,
  });
  const note = printNote({
    training_info: noteMessages(trainingOf(model), 'TrainingInfoProto'),
    configuration: noteMessages(configurationOf(model), 'DeviceConfigurationProto'),
  });
  return `${fields}${note}`;
}

function printFields(fields: Readonly<Record<string, string | undefined>>): string {
  const said = Object.entries(fields).filter(([, value]) => value !== undefined);
  return `<\n${said.map(([key, value]) => `   ${key}: ${value}`).join(',\n')}\n>`;
}

function printOpsets(opsets: ReadonlyMap<string, number>): string {
  return `[${Array.from(opsets, ([domain, version]) => `${quoteString(domain)} : ${version}`).join(', ')}]`;
}

function printMetadata(properties: ReadonlyMap<string, string>): string | undefined {
  if (properties.size === 0) return undefined;
  return `[${Array.from(properties, ([k, v]) => `${quoteString(k)}: ${quoteString(v)}`).join(', ')}]`;
}

interface Item {
  readonly text: string;
  readonly note: string;
}

function printGraphWith(graph: Graph, outer: PrintContext): string {
  const context = deeper(outer);
  const inner = indented(context);
  const note = printNote(
    {
      doc_string: noteText(graph.docString),
      metadata_props: noteProperties(graph.metadataProps),
      quantization_annotation: noteMessages(annotationsOf(graph), 'TensorAnnotation'),
    },
    context.options.metadata,
  );
  const inputs = graph.inputs.map((value) => printInfo(value.name, describeValue(value), context));
  const outputs = graph.outputs.map((value) => printInfo(value.name, describeOutput(graph, value), context));
  const constants = [
    ...printInitializers(graph, context),
    ...graph.sparseInitializers.map(({ value, message }) => {
      const isNamed = message.values || value.name !== '';
      return printSparse(
        isNamed ? { ...message, values: { ...message.values, name: value.name } } : message,
        inner,
      );
    }),
    ...describedValues(graph).map((value) => printInfo(value.name, describeValue(value), context)),
  ];
  const head = `${quoteName(graph.name)} ${printInfos(inputs, context)} => ${printInfos(outputs, context)}${note}`;
  return printBody(head, constants, graph, context);
}

function printBody(
  head: string,
  constants: readonly Item[],
  graph: Graph,
  context: PrintContext,
  before: readonly Node[] = [],
): string {
  const inner = indented(context);
  const pieces = [`${head}\n`];
  if (constants.length > 0) {
    pieces.push(`${context.indent}<\n${printLines(constants, inner.indent)}\n${context.indent}>\n`);
  }
  pieces.push(`${context.indent}{\n`);
  for (const nodes of [before, graph.nodes()])
    for (const node of nodes) pieces.push(inner.indent, printNodeWith(node, inner), '\n');
  pieces.push(`${context.indent}}`);
  return pieces.join('');
}

function printInitializers(graph: Graph, { options }: PrintContext): Item[] {
  return [...graph.initializers].flatMap((value) => {
    if (value.tensor === undefined) return [];
    const { text, note } = printTensor(value.tensor, options, { name: value.name, assigned: true });
    return [{ text, note: printNote(note, options.metadata) }];
  });
}

function printInfo(
  name: string,
  { type, docString, metadataProps }: Description,
  { options }: PrintContext,
): Item {
  const label = quoteName(name);
  return {
    text: type === undefined ? label : `${printType(type)} ${label}`,
    note: printNote(
      { doc_string: noteText(docString), metadata_props: noteProperties(metadataProps) },
      options.metadata,
    ),
  };
}

function printInfos(items: readonly Item[], context: PrintContext): string {
  if (items.every(({ note }) => note === '')) return `(${items.map(({ text }) => text).join(', ')})`;
  return `(\n${printLines(items, `${context.indent}   `)}\n${context.indent})`;
}

function printNodeWith(node: Node, context: PrintContext): string {
  const label = node.name === '' ? '' : `[${quoteName(node.name)}] `;
  const outputs = node.outputs.map(({ name }) => quoteName(name)).join(', ');
  const inputs = `(${node.inputs.map((value) => quoteName(value?.name ?? '')).join(', ')})`;
  const operator = isIdentifier(node.opType) ? node.opType : quoteString(node.opType);
  const domain = node.domain === '' ? '' : `${quoteDotted(node.domain)}.`;
  const overload = node.overload === '' ? '' : `:${quoteOverload(node.overload)}`;
  const { text, isLong } = printAttributes(node.attributes, context);
  const call = isLong ? ` ${inputs}${text}` : `${text} ${inputs}`;
  const note = printNote(
    {
      doc_string: noteText(node.docString),
      metadata_props: noteProperties(propertiesOfNode(node)),
      device_configurations: noteMessages(devicesOf(node), 'NodeDeviceConfigurationProto'),
    },
    context.options.metadata,
  );
  return `${label}${outputs}${outputs === '' ? '' : ' '}= ${domain}${operator}${overload}${call}${note}`;
}

function quoteOverload(overload: string): string {
  return isIdentifier(overload) ? overload : quoteString(overload);
}

function printFunction(definition: FunctionDefinition, context: PrintContext): string {
  const { graph, domain, overload, opsetImports } = definition;
  const docString = docStringOfFunction(definition);
  const fields = printFields({
    domain: quoteString(domain),
    overload: overload === '' ? undefined : quoteString(overload),
    opset_import: printOpsets(opsetImports),
    doc_string: docString === '' || !context.options.metadata ? undefined : quoteString(docString),
  });
  const inner = indented(context);
  const parameters = [
    ...definition.attributeNames.map((name) => ({ text: quoteName(name), note: '' })),
    ...Array.from(definition.attributeDefaults, ([name, value]) => printAttribute(name, value, inner)),
  ];
  const inputs = graph.inputs.map(({ name }) => quoteName(name)).join(', ');
  const outputs = graph.outputs.map(({ name }) => quoteName(name)).join(', ');
  const note = printNote(
    { metadata_props: noteProperties(definition.metadataProps) },
    context.options.metadata,
  );
  const head = `${fields}\n${quoteName(definition.name)}${printParameters(parameters)} (${inputs}) => (${outputs})${note}`;
  const infos = graph.valueInfoOrder.map((value) => printInfo(value.name, describeValue(value), context));
  return printBody(head, infos, graph, context, [...graph.initializers].flatMap(constantNode));
}

/** A function has no initializers: what a pass made one is written as a Constant node. */
function constantNode({ name, tensor }: Value): Node[] {
  if (tensor === undefined) return [];
  const value: Attribute = { kind: 'tensor', value: tensor };
  return [new Node('Constant', [], [new Value(name)], { attributes: [['value', value]] })];
}

function printParameters(items: readonly Item[]): string {
  if (items.length === 0) return '';
  if (items.every(({ note }) => note === '')) return ` <${items.map(({ text }) => text).join(', ')}>`;
  return ` <\n${printLines(items, '   ')}\n>`;
}
