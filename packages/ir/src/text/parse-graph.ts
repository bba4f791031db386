import { GRAPH, NODE } from '../codec/fields.ts';
import type { SparseTensorProto, TypeProto, ValueInfoProto } from '../codec/messages.ts';
import type { Tensor } from '../graph/tensor.ts';
import { messageFields, propertiesOf, remainderOf } from './carried.ts';
import type { Lexer } from './lexer.ts';
import { messagesIn, type Note, propertiesIn, readNote, textIn } from './note.ts';
import { readAttributes, readSparse, tensorType } from './parse-attribute.ts';
import { type GraphSyntax, type NodeSyntax, type ParseContext, readItems } from './syntax.ts';
import { makeTensor, readTensorContent, TENSOR_NOTES } from './tensor-syntax.ts';
import { atType, DEEPEST_NESTING, readType } from './type-syntax.ts';

const INFO_NOTES = ['doc_string', 'metadata_props'];
const GRAPH_NOTES = [...INFO_NOTES, 'quantization_annotation'];
const NODE_NOTES = [...INFO_NOTES, 'device_configurations'];

/** A graph whose name is read. @throws SenteiError `text-syntax` */
export function readGraph(outer: ParseContext, name: string): GraphSyntax {
  const { lexer } = outer;
  const context = { ...outer, depth: outer.depth + 1 };
  if (context.depth > DEEPEST_NESTING)
    throw lexer.error(`at most ${DEEPEST_NESTING} nested graphs are expected`);
  const initializers: GraphSyntax['initializers'] = [];
  lexer.expect('(');
  const inputs = readItems(lexer, ')', INFO_NOTES, () => {
    const { info, type } = readInfo(lexer);
    const fallback = lexer.accept('=') ? readInitial(info.name ?? '', type, context) : undefined;
    return (note) => {
      if (fallback !== undefined) initializers.push(fallback(new Map()));
      return describe(info, note, lexer);
    };
  });
  lexer.expect('=>');
  lexer.expect('(');
  const outputs = readItems(lexer, ')', INFO_NOTES, () => {
    const { info } = readInfo(lexer);
    return (note) => describe(info, note, lexer);
  });
  const note = readNote(lexer, GRAPH_NOTES);
  const sparse: SparseTensorProto[] = [];
  const infos: ValueInfoProto[] = [];
  if (lexer.accept('<')) readConstants(context, { initializers, sparse, infos });
  const docString = textIn(note, 'doc_string', lexer);
  const quantizationAnnotation = messagesIn(note, 'quantization_annotation', 'TensorAnnotation', lexer);
  return {
    name,
    isFunction: false,
    inputs,
    outputs,
    initializers,
    sparse,
    infos,
    nodes: readNodes(context),
    docString,
    remainder: remainderOf(
      messageFields(GRAPH.quantizationAnnotation, 'TensorAnnotation', quantizationAnnotation),
    ),
    metadataProps: propertiesOf(propertiesIn(note, lexer)),
  };
}

/** Initializers, sparse ones and value infos, in any order. */
function readConstants(
  context: ParseContext,
  { initializers, sparse, infos }: Pick<GraphSyntax, 'initializers' | 'sparse' | 'infos'>,
): void {
  const { lexer } = context;
  readItems(lexer, '>', TENSOR_NOTES, () => {
    const word = lexer.kind === 'name' && lexer.text === 'sparse' ? lexer.name() : undefined;
    if (word !== undefined && lexer.at('[')) {
      sparse.push(readSparse(context));
      return () => undefined;
    }
    const { info, type } = word === undefined ? readInfo(lexer) : { info: { name: word }, type: undefined };
    if (!lexer.accept('=')) return (note) => infos.push(describe(info, note, lexer));
    const finish = readInitial(info.name ?? '', type, context);
    return (note) => initializers.push(finish(note));
  });
}

function readInitial(
  name: string,
  type: TypeProto | undefined,
  { lexer, options }: ParseContext,
): (note: Note) => { name: string; tensor: Tensor } {
  const syntax = readTensorContent(lexer, { ...tensorType(type ?? {}, lexer), name: '' });
  return (note) => ({ name, tensor: makeTensor(syntax, note, name, options, lexer) });
}

/** `float[N] x`; the type may be left out. */
export function readInfo(lexer: Lexer): {
  readonly info: ValueInfoProto;
  readonly type: TypeProto | undefined;
} {
  const type = atType(lexer) ? readType(lexer) : undefined;
  const name = lexer.name();
  return { info: type === undefined ? { name } : { name, type }, type };
}

export function describe(info: ValueInfoProto, note: Note, lexer: Lexer): ValueInfoProto {
  if (note.size === 0) return info;
  const docString = textIn(note, 'doc_string', lexer);
  const metadataProps = propertiesIn(note, lexer);
  return {
    ...info,
    ...(docString === undefined ? {} : { docString }),
    ...(metadataProps.length === 0 ? {} : { metadataProps }),
  };
}

/** `{ node node … }` */
export function readNodes(context: ParseContext): NodeSyntax[] {
  const { lexer } = context;
  const nodes: NodeSyntax[] = [];
  lexer.expect('{');
  while (!lexer.accept('}')) nodes.push(readNode(context));
  return nodes;
}

function readNode(context: ParseContext): NodeSyntax {
  const { lexer } = context;
  let name = '';
  if (lexer.accept('[')) {
    if (!lexer.at(']')) name = lexer.name('the name of a node');
    lexer.expect(']');
  }
  const outputs = readNames(lexer, '=');
  lexer.expect('=');
  const parts = [lexer.name('an operator')];
  while (lexer.accept('.')) parts.push(lexer.name('an operator'));
  const opType = parts.pop() ?? '';
  const overload = lexer.accept(':') ? lexer.name('an overload') : '';
  const inner = { ...context, owner: outputs[0] ?? name };
  const before = lexer.accept('<') ? readAttributes(inner) : [];
  lexer.expect('(');
  const inputs = readNames(lexer, ')');
  lexer.expect(')');
  const attributes = before.length === 0 && lexer.accept('<') ? readAttributes(inner) : before;
  const note = readNote(lexer, NODE_NOTES);
  const docString = textIn(note, 'doc_string', lexer);
  const devices = messagesIn(note, 'device_configurations', 'NodeDeviceConfigurationProto', lexer);
  return {
    name,
    domain: parts.join('.'),
    opType,
    overload,
    inputs,
    outputs,
    attributes,
    docString,
    remainder: remainderOf(messageFields(NODE.deviceConfigurations, 'NodeDeviceConfigurationProto', devices)),
    metadataProps: propertiesOf(propertiesIn(note, lexer)),
  };
}

/** Names up to `close`; nothing before a comma stands for an empty name, as in the ONNX parser. */
export function readNames(lexer: Lexer, close: string): string[] {
  const names: string[] = [];
  while (!lexer.at(close)) {
    names.push(lexer.at(',') ? '' : lexer.name());
    if (!lexer.accept(',')) break;
  }
  return names;
}
