import type { RawField } from '../codec/cursor.ts';
import { FUNCTION, MODEL } from '../codec/fields.ts';
import type { ValueInfoProto } from '../codec/messages.ts';
import { IR_VERSIONS, OPSET_VERSIONS } from '../codec/read-model.ts';
import { withText } from '../codec/remainder.ts';
import { SenteiError } from '../errors.ts';
import type { Attribute } from '../graph/attribute.ts';
import { canonicalDomain, type FunctionDefinition, Model } from '../graph/model.ts';
import { buildAttribute, buildGraph } from './build-graph.ts';
import { integerField, messageFields, propertiesOf, remainderOf } from './carried.ts';
import { Lexer } from './lexer.ts';
import { messagesIn, propertiesIn, readNote } from './note.ts';
import type { ParseOptions } from './options.ts';
import { readAttribute } from './parse-attribute.ts';
import { describe, readGraph, readInfo, readNodes } from './parse-graph.ts';
import { type ParseContext, readItems } from './syntax.ts';
import { readPairs } from './tensor-syntax.ts';
import { atType, readInt64 } from './type-syntax.ts';

/** IR version of a text that names none, as for models made in memory. */
const DEFAULT_IR_VERSION = 10;

/**
 * Reads a model from the ONNX text syntax with the annotations that `printModel` writes. Texts without a header, as
 * `printGraph` writes them, are models without opset imports.
 *
 * @throws SenteiError `text-syntax` with line and column; `unsupported-ir-version`, `unsupported-opset`; `invalid-graph`,
 *   `external-data`, `invalid-data` for what the text says or `options.weights` gives; `unsupported-model` for types nested
 *   beyond what protobuf holds
 */
export function parseModel(text: string, options: ParseOptions = {}): Model {
  const lexer = new Lexer(text);
  const context: ParseContext = { lexer, options, depth: 0, owner: '', readGraph };
  const header = readHeader(lexer);
  const inputsOverride = header.irVersion >= 4;
  const graph = buildGraph(readGraph(context, lexer.name('the name of a graph')), inputsOverride);
  const model = new Model(graph, header.opsets, header.irVersion);
  while (lexer.kind !== 'end') model.functions.push(readFunction(context, inputsOverride));
  model.metadataProps = header.metadataProps;
  model.folder = options.folder;
  model.remainder = remainderOf(header.fields);
  return Object.assign(model, header.texts);
}

interface Header {
  irVersion: number;
  opsets: Map<string, number>;
  metadataProps: Map<string, string>;
  readonly texts: Partial<Pick<Model, 'producerName' | 'producerVersion' | 'domain' | 'docString'>>;
  readonly fields: RawField[];
}

function readHeader(lexer: Lexer): Header {
  const header: Header = {
    irVersion: DEFAULT_IR_VERSION,
    opsets: new Map(),
    metadataProps: new Map(),
    texts: {},
    fields: [],
  };
  if (!lexer.accept('<')) return header;
  readItems(lexer, '>', [], () => {
    readHeaderField(lexer, header);
    return () => undefined;
  });
  const note = readNote(lexer, ['training_info', 'configuration']);
  const training = messagesIn(note, 'training_info', 'TrainingInfoProto', lexer);
  const configuration = messagesIn(note, 'configuration', 'DeviceConfigurationProto', lexer);
  header.fields.push(
    ...messageFields(MODEL.trainingInfo, 'TrainingInfoProto', training),
    ...messageFields(MODEL.configuration, 'DeviceConfigurationProto', configuration),
  );
  checkVersions(header.irVersion, header.opsets.get(''));
  return header;
}

function readHeaderField(lexer: Lexer, header: Header): void {
  const key = readKey(lexer);
  switch (key) {
    case 'ir_version':
      header.irVersion = readWhole(lexer);
      break;
    case 'opset_import':
      header.opsets = readOpsetList(lexer);
      break;
    case 'producer_name':
      header.texts.producerName = readText(lexer);
      break;
    case 'producer_version':
      header.texts.producerVersion = readText(lexer);
      break;
    case 'domain':
      header.texts.domain = readText(lexer);
      break;
    case 'model_version':
      header.fields.push(integerField(MODEL.modelVersion, readInt64(lexer)));
      break;
    case 'doc_string':
      header.texts.docString = readText(lexer);
      break;
    case 'metadata_props':
      header.metadataProps = propertiesOf(readPairs(lexer));
      break;
    default:
      throw lexer.error(`a field of a model is expected before this, not ${key}`);
  }
}

function checkVersions(irVersion: number, opset: number | undefined): void {
  if (irVersion < IR_VERSIONS.min || irVersion > IR_VERSIONS.max) {
    throw new SenteiError('unsupported-ir-version', `IR version ${irVersion} is out of range`, {
      hint: `IR versions ${IR_VERSIONS.min} to ${IR_VERSIONS.max} can be read`,
    });
  }
  if (opset !== undefined && (opset < OPSET_VERSIONS.min || opset > OPSET_VERSIONS.max)) {
    throw new SenteiError('unsupported-opset', `opset ${opset} is out of range`, {
      hint: `opsets ${OPSET_VERSIONS.min} to ${OPSET_VERSIONS.max} of the standard domain can be read`,
    });
  }
}

function readFunction(context: ParseContext, inputsOverride: boolean): FunctionDefinition {
  const { lexer } = context;
  const texts = { domain: '', overload: '', doc_string: '' };
  let opsets = new Map<string, number>();
  if (lexer.accept('<')) {
    readItems(lexer, '>', [], () => {
      const key = readKey(lexer);
      if (key === 'opset_import') opsets = readOpsetList(lexer);
      else if (key === 'domain' || key === 'overload' || key === 'doc_string') texts[key] = readText(lexer);
      else throw lexer.error(`a field of a function is expected before this, not ${key}`);
      return () => undefined;
    });
  }
  const name = lexer.name('the name of a function');
  const parameters = readParameters(context, inputsOverride);
  const infos: ValueInfoProto[] = [];
  const inputs = readSignature(lexer, infos);
  lexer.expect('=>');
  const outputs = readSignature(lexer, infos);
  const note = readNote(lexer, ['metadata_props']);
  if (lexer.accept('<')) {
    const described = readItems(lexer, '>', ['doc_string', 'metadata_props'], () => {
      const { info } = readInfo(lexer);
      return (own) => describe(info, own, lexer);
    });
    for (const info of described) infos.push(info);
  }
  const syntax = { name, isFunction: true, inputs, outputs, infos, nodes: readNodes(context) };
  const nothing = { initializers: [], sparse: [], docString: undefined, remainder: undefined };
  const graph = buildGraph({ ...syntax, ...nothing, metadataProps: new Map() }, inputsOverride);
  return {
    domain: texts.domain,
    name,
    overload: texts.overload,
    graph,
    opsetImports: opsets,
    ...parameters,
    metadataProps: propertiesOf(propertiesIn(note, lexer)),
    remainder: withText(
      undefined,
      FUNCTION.docString,
      texts.doc_string === '' ? undefined : texts.doc_string,
    ),
  };
}

/** `<alpha, beta: float = 0.5>`: parameters without and with a default value. */
function readParameters(
  context: ParseContext,
  inputsOverride: boolean,
): Pick<FunctionDefinition, 'attributeNames' | 'attributeDefaults'> {
  const { lexer } = context;
  const attributeNames: string[] = [];
  const attributeDefaults = new Map<string, Attribute>();
  if (!lexer.accept('<')) return { attributeNames, attributeDefaults };
  const keys = ['attribute_doc_string', 'digest', 'raw_data', 'doc_string', 'metadata_props'];
  readItems(lexer, '>', keys, () => {
    const name = lexer.name('a parameter');
    if (!lexer.at(':') && !lexer.at('=')) {
      attributeNames.push(name);
      return () => undefined;
    }
    const finish = readAttribute(name, context);
    return (note) => attributeDefaults.set(name, buildAttribute(finish(note), inputsOverride));
  });
  return { attributeNames, attributeDefaults };
}

/** Names of inputs or outputs; a type before one describes the value. */
function readSignature(lexer: Lexer, infos: ValueInfoProto[]): ValueInfoProto[] {
  lexer.expect('(');
  return readItems(lexer, ')', [], () => {
    const isTyped = atType(lexer);
    const { info } = readInfo(lexer);
    if (isTyped) infos.push(info);
    return () => info;
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

/** Opset versions by domain. */
function readOpsetList(lexer: Lexer): Map<string, number> {
  lexer.expect('[');
  const entries = readItems(lexer, ']', [], () => {
    const domain = canonicalDomain(readText(lexer));
    lexer.expect(':');
    const version = readWhole(lexer);
    return () => [domain, version] as const;
  });
  return new Map(entries);
}
