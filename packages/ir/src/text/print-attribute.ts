import { sliceOf } from '../codec/cursor.ts';
import { ATTRIBUTE_TYPES } from '../codec/fields.ts';
import type { AttributeProto, SparseTensorProto, TensorProto } from '../codec/messages.ts';
import { readTensorMessage } from '../codec/tensor-message.ts';
import { encodeMessage } from '../codec/wire.ts';
import { SenteiError } from '../errors.ts';
import type { Attribute } from '../graph/attribute.ts';
import type { Graph } from '../graph/graph.ts';
import { Tensor } from '../graph/tensor.ts';
import { docStringOfAttribute } from './carried.ts';
import { printFloat32 } from './elements.ts';
import { messageToJson, noteText, printNote } from './note.ts';
import type { PrintOptions } from './options.ts';
import { isIdentifier, quoteName, quoteString, textOfBytes } from './quote.ts';
import { printTensor } from './tensor-syntax.ts';
import { DEEPEST_NESTING, printType } from './type-syntax.ts';

export interface PrintContext {
  readonly options: Required<PrintOptions>;
  /** Spaces in front of a line. */
  readonly indent: string;
  readonly depth: number;
  readonly printGraph: (graph: Graph, context: PrintContext) => string;
}

export function indented(context: PrintContext): PrintContext {
  return { ...context, indent: `${context.indent}   ` };
}

/** Inside one graph more, as the parser counts them. @throws SenteiError `unsupported-model` where they nest without end */
export function deeper(context: PrintContext): PrintContext {
  const depth = context.depth + 1;
  if (depth > DEEPEST_NESTING) {
    throw new SenteiError(
      'unsupported-model',
      `subgraphs nest deeper than the ${DEEPEST_NESTING} levels of a text`,
    );
  }
  return { ...context, depth };
}

/** Attributes in their brackets, on one line unless they hold graphs or annotations. */
export function printAttributes(
  attributes: Iterable<readonly [string, Attribute]>,
  context: PrintContext,
): { readonly text: string; readonly isLong: boolean } {
  const inner = indented(context);
  const items = Array.from(attributes, ([name, attribute]) => printAttribute(name, attribute, inner));
  if (items.length === 0) return { text: '', isLong: false };
  const isLong = items.some(({ note, text }) => note !== '' || text.includes('\n'));
  if (!isLong) return { text: ` <${items.map(({ text }) => text).join(', ')}>`, isLong };
  return { text: ` <\n${printLines(items, inner.indent)}\n${context.indent}>`, isLong };
}

/** One item to a line, its annotation behind the comma. */
export function printLines(
  items: readonly { readonly text: string; readonly note: string }[],
  indent: string,
): string {
  const last = items.length - 1;
  return items.map(({ text, note }, i) => `${indent}${text}${i === last ? '' : ','}${note}`).join('\n');
}

interface Item {
  readonly text: string;
  readonly note: string;
}

/** `name: type = value` with its annotation. */
export function printAttribute(name: string, attribute: Attribute, context: PrintContext): Item {
  const docString = docStringOfAttribute(attribute);
  const { type, value, note = {} } = printValue(attribute, context);
  const label = isIdentifier(name) ? name : quoteString(name);
  return {
    text: `${label}${type === '' ? '' : `: ${type}`} = ${value}`,
    note: printNote({ ...note, attribute_doc_string: noteText(docString) }, context.options.metadata),
  };
}

interface PrintedValue {
  readonly type: string;
  readonly value: string;
  readonly note?: Record<string, string | undefined>;
}

function printValue(attribute: Attribute, context: PrintContext): PrintedValue {
  const type = attribute.kind;
  switch (attribute.kind) {
    case 'float':
      return { type, value: printFloat32(attribute.value) };
    case 'int':
      return { type, value: `${attribute.value}` };
    case 'string':
      return { type, value: quoteString(textOfBytes(attribute.value)) };
    case 'tensor': {
      const { text, note } = printTensor(attribute.value, context.options, { assigned: false });
      return { type, value: text, note };
    }
    case 'graph':
      return { type, value: context.printGraph(attribute.value, context) };
    case 'floats':
      return { type, value: `[${attribute.value.map(printFloat32).join(', ')}]` };
    case 'ints':
      return { type, value: `[${attribute.value.join(', ')}]` };
    case 'strings':
      return { type, value: `[${attribute.value.map((s) => quoteString(textOfBytes(s))).join(', ')}]` };
    case 'tensors': {
      const items = attribute.value.map((tensor) => {
        const { text, note } = printTensor(tensor, context.options, { assigned: false });
        return { text, note: printNote(note, context.options.metadata) };
      });
      return { type, value: printList(items, context) };
    }
    case 'graphs': {
      const inner = indented(context);
      const items = attribute.value.map((graph) => ({ text: context.printGraph(graph, inner), note: '' }));
      return { type, value: printList(items, context) };
    }
    case 'other':
      return printOther(attribute.message, context);
  }
}

/** Attributes the graph only carries: references, types, sparse tensors, and what a later version may add. */
function printOther(message: AttributeProto, context: PrintContext): PrintedValue {
  const type = ATTRIBUTE_TYPES[message.type ?? 0] ?? 'undefined';
  if (message.refAttrName) {
    return { type: message.type ? type : '', value: `@${quoteName(message.refAttrName)}` };
  }
  switch (type) {
    case 'type_proto':
      return { type, value: printType(message.tp ?? {}) };
    case 'type_protos':
      return { type, value: `[${(message.typeProtos ?? []).map((one) => printType(one)).join(', ')}]` };
    case 'sparse_tensor':
      return { type, value: printSparse(message.sparseTensor ?? {}, context).text };
    case 'sparse_tensors': {
      const items = (message.sparseTensors ?? []).map((sparse) => printSparse(sparse, context));
      return { type, value: printList(items, context) };
    }
    default: {
      const { name: _, docString: __, ...rest } = message;
      return { type: 'undefined', value: printJson(messageToJson(rest, 'AttributeProto')) };
    }
  }
}

/** JSON with the texts of this syntax, which has other escapes; annotations have those of JSON. */
function printJson(value: unknown): string {
  if (typeof value === 'string') return quoteString(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(printJson).join(',')}]`;
  const entries = Object.entries(value).map(([key, item]) => `${quoteString(key)}:${printJson(item)}`);
  return `{${entries.join(',')}}`;
}

/** `sparse [4] (float[1] {3}, int64[1] {2})`: shape, values, indices; `?` for a part that is not there. */
export function printSparse(sparse: SparseTensorProto, context: PrintContext): Item {
  // What a sparse tensor holds is a part of its message, so it is printed whole, as the message would keep it.
  const part = (message: TensorProto | undefined | null): Item => {
    if (!message) return { text: '?', note: '' };
    const options = {
      inlineElements: Number.POSITIVE_INFINITY,
      digestBytes: 0,
      metadata: context.options.metadata,
    };
    const { text, note } = printTensor(tensorOf(message), options, { assigned: false });
    return { text, note: printNote(note, context.options.metadata) };
  };
  const parts = [part(sparse.values), part(sparse.indices)];
  const head = `sparse [${(sparse.dims ?? []).join(', ')}]`;
  if (parts.every(({ note }) => note === '')) {
    return { text: `${head} (${parts.map(({ text }) => text).join(', ')})`, note: '' };
  }
  return { text: `${head} (\n${printLines(parts, `${context.indent}   `)}\n${context.indent})`, note: '' };
}

function printList(items: readonly Item[], context: PrintContext): string {
  if (items.every(({ text, note }) => note === '' && !text.includes('\n'))) {
    return `[${items.map(({ text }) => text).join(', ')}]`;
  }
  return `[\n${printLines(items, `${context.indent}   `)}\n${context.indent}]`;
}

/** A tensor of a message that the graph only carries. Where external data would lie does not matter here. */
function tensorOf(message: TensorProto): Tensor {
  return Tensor.fromMessage(readTensorMessage(sliceOf(encodeMessage('TensorProto', message)), '.'));
}
