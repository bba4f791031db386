import Long from 'long';
import type {
  AttributeProto,
  FunctionProto,
  Message,
  ModelProto,
  OperatorSetIdProto,
  ValueInfoProto,
} from '../codec/messages.ts';
import { IR_VERSIONS, OPSET_VERSIONS, readOpsets } from '../codec/read-model.ts';
import { toProperties } from '../codec/wire.ts';
import { SenteiError } from '../errors.ts';
import { type FunctionDefinition, Model } from '../graph/model.ts';
import { buildGraph } from './build-graph.ts';
import { makeFunction } from './carried.ts';
import { defaultOfAttribute } from './default-attribute.ts';
import { parseIntLiteral } from './elements.ts';
import { Lexer } from './lexer.ts';
import { messagesIn, propertiesIn, readNote } from './note.ts';
import type { ParseOptions } from './options.ts';
import { readAttribute } from './parse-attribute.ts';
import { described, readGraph, readInfo, readNodes } from './parse-graph.ts';
import { type ParseContext, readItems } from './syntax.ts';
import { readPairs } from './tensor-syntax.ts';
import { atType } from './type-syntax.ts';

/** IR version of a text that names none, as for models made in memory. */
const DEFAULT_IR_VERSION = 10;

/**
 * Reads a model from the ONNX text syntax with the annotations that `printModel` writes. Texts without a header, as
 * `printGraph` writes them, are models without opset imports.
 *
 * @throws SenteiError `text-syntax` with line and column; `unsupported-ir-version`, `unsupported-opset`; `invalid-graph`,
 *   `external-data`, `invalid-data` for what the text says or `options.weights` gives
 */
export function parseModel(text: string, options: ParseOptions = {}): Model {
  const lexer = new Lexer(text);
  const context: ParseContext = { lexer, options, depth: 0, owner: '', readGraph };
  const { message, irVersion } = readHeader(lexer);
  const inputsOverride = irVersion >= 4;
  const graph = buildGraph(readGraph(context, lexer.name('the name of a graph')), inputsOverride);
  const model = new Model(graph, readOpsets(message.opsetImport ?? []), irVersion);
  while (lexer.kind !== 'end') model.functions.push(readFunction(context, inputsOverride));
  model.metadataProps = toProperties(message.metadataProps);
  model.folder = options.folder;
  model.message = message;
  return model;
}

function readHeader(lexer: Lexer): { readonly message: ModelProto; readonly irVersion: number } {
  const message: ModelProto = {};
  if (!lexer.accept('<'))
    return { message: { irVersion: DEFAULT_IR_VERSION }, irVersion: DEFAULT_IR_VERSION };
  readItems(lexer, '>', [], () => {
    const key = readKey(lexer);
    switch (key) {
      case 'ir_version':
        message.irVersion = readWhole(lexer);
        break;
      case 'opset_import':
        message.opsetImport = readOpsetList(lexer);
        break;
      case 'producer_name':
        message.producerName = readText(lexer);
        break;
      case 'producer_version':
        message.producerVersion = readText(lexer);
        break;
      case 'domain':
        message.domain = readText(lexer);
        break;
      case 'model_version': {
        const version = parseIntLiteral(lexer.text);
        if (version === undefined) throw lexer.error('a whole number is expected');
        lexer.advance();
        message.modelVersion = Long.fromString(`${BigInt.asIntN(64, version)}`);
        break;
      }
      case 'doc_string':
        message.docString = readText(lexer);
        break;
      case 'metadata_props':
        message.metadataProps = readPairs(lexer);
        break;
      default:
        throw lexer.error(`a field of a model is expected before this, not ${key}`);
    }
    return () => undefined;
  });
  const note = readNote(lexer, ['training_info', 'configuration']);
  const trainingInfo = messagesIn<Message>(note, 'training_info', 'TrainingInfoProto', lexer);
  const configuration = messagesIn<Message>(note, 'configuration', 'DeviceConfigurationProto', lexer);
  if (trainingInfo !== undefined) message.trainingInfo = trainingInfo;
  if (configuration !== undefined) message.configuration = configuration;
  message.irVersion ??= DEFAULT_IR_VERSION;
  checkVersions(message);
  return { message, irVersion: Number(message.irVersion) };
}

function checkVersions({ irVersion, opsetImport }: ModelProto): void {
  const ir = Number(irVersion);
  if (ir < IR_VERSIONS.min || ir > IR_VERSIONS.max) {
    throw new SenteiError('unsupported-ir-version', `IR version ${ir} is out of range`, {
      hint: `IR versions ${IR_VERSIONS.min} to ${IR_VERSIONS.max} can be read`,
    });
  }
  const opset = readOpsets(opsetImport ?? []).get('');
  if (opset !== undefined && (opset < OPSET_VERSIONS.min || opset > OPSET_VERSIONS.max)) {
    throw new SenteiError('unsupported-opset', `opset ${opset} is out of range`, {
      hint: `opsets ${OPSET_VERSIONS.min} to ${OPSET_VERSIONS.max} of the standard domain can be read`,
    });
  }
}

function readFunction(context: ParseContext, inputsOverride: boolean): FunctionDefinition {
  const { lexer } = context;
  const message: FunctionProto = {};
  if (lexer.accept('<')) {
    readItems(lexer, '>', [], () => {
      const key = readKey(lexer);
      if (key === 'opset_import') message.opsetImport = readOpsetList(lexer);
      else if (key === 'domain') message.domain = readText(lexer);
      else if (key === 'overload') message.overload = readText(lexer);
      else if (key === 'doc_string') message.docString = readText(lexer);
      else throw lexer.error(`a field of a function is expected before this, not ${key}`);
      return () => undefined;
    });
  }
  message.name = lexer.name('the name of a function');
  if (lexer.accept('<')) readParameters(context, message);
  const infos: ValueInfoProto[] = [];
  const inputs = readSignature(lexer, infos);
  lexer.expect('=>');
  const outputs = readSignature(lexer, infos);
  const note = readNote(lexer, ['metadata_props']);
  const metadataProps = propertiesIn(note, lexer);
  if (metadataProps.length > 0) message.metadataProps = metadataProps;
  if (lexer.accept('<')) {
    infos.push(
      ...readItems(lexer, '>', ['doc_string', 'metadata_props'], () => {
        const { info } = readInfo(lexer);
        return (own) => described(info, own, lexer);
      }),
    );
  }
  const bare = { name: message.name, initializers: [], sparse: [], message: {}, metadataProps: new Map() };
  const nodes = readNodes(context);
  const unnamed = (names: readonly string[]) => names.map((name) => ({ name }));
  const graph = buildGraph(
    { ...bare, inputs: unnamed(inputs), outputs: unnamed(outputs), infos, nodes },
    inputsOverride,
  );
  return makeFunction(graph, message, readOpsets(message.opsetImport ?? []));
}

/** `<alpha, beta: float = 0.5>`: parameters without and with a default value. */
function readParameters(context: ParseContext, message: FunctionProto): void {
  const { lexer } = context;
  const names: string[] = [];
  const defaults: AttributeProto[] = [];
  const keys = ['attribute_doc_string', 'digest', 'raw_data', 'doc_string', 'metadata_props'];
  readItems(lexer, '>', keys, () => {
    const name = lexer.name('a parameter');
    if (!lexer.at(':') && !lexer.at('=')) {
      names.push(name);
      return () => undefined;
    }
    const finish = readAttribute(name, context);
    return (note) => {
      const syntax = finish(note);
      if (!('attribute' in syntax))
        throw lexer.error('a default value that is no graph is expected before this');
      defaults.push(defaultOfAttribute(name, syntax.attribute));
    };
  });
  if (names.length > 0) message.attribute = names;
  if (defaults.length > 0) message.attributeProto = defaults;
}

/** Names of inputs or outputs; a type before one describes the value. */
function readSignature(lexer: Lexer, infos: ValueInfoProto[]): string[] {
  lexer.expect('(');
  return readItems(lexer, ')', [], () => {
    const isTyped = atType(lexer);
    const { info } = readInfo(lexer);
    if (isTyped) infos.push(info);
    return () => info.name ?? '';
  });
}

function readKey(lexer: Lexer): string {
  const key = lexer.take('name', 'a field');
  lexer.expect(':');
  return key;
}

function readText(lexer: Lexer): string {
  return lexer.take('string', 'a text in quotes');
}

function readWhole(lexer: Lexer): number {
  const value = Number(lexer.text);
  if (lexer.kind !== 'number' || !Number.isSafeInteger(value))
    throw lexer.error('a whole number is expected');
  lexer.advance();
  return value;
}

function readOpsetList(lexer: Lexer): OperatorSetIdProto[] {
  lexer.expect('[');
  return readItems(lexer, ']', [], () => {
    const domain = readText(lexer);
    lexer.expect(':');
    const version = readWhole(lexer);
    return () => ({ domain, version });
  });
}
