import { MODEL } from '../codec/fields.ts';
import { type Remainder, remainingText, withText } from '../codec/remainder.ts';
import type { Attribute } from './attribute.ts';
import type { Graph } from './graph.ts';
import { STANDARD_DOMAINS } from './node.ts';

/** A model-local function: a graph without types that nodes call by domain, name and overload. */
export interface FunctionDefinition {
  readonly domain: string;
  readonly name: string;
  readonly overload: string;
  readonly graph: Graph;
  readonly opsetImports: ReadonlyMap<string, number>;
  /** Attributes that a call has to give. */
  readonly attributeNames: readonly string[];
  /** Attributes that a call may leave out, with the values they then have. */
  readonly attributeDefaults: ReadonlyMap<string, Attribute>;
  /** Written to the file. */
  readonly metadataProps: Map<string, string>;
  /** What the file says beyond this. */
  readonly remainder: Remainder;
}

/** Makes a model-local function; what is left out is empty. */
export function defineFunction(
  fields: Pick<FunctionDefinition, 'domain' | 'name' | 'graph' | 'opsetImports'> &
    Partial<FunctionDefinition>,
): FunctionDefinition {
  return {
    overload: '',
    attributeNames: [],
    attributeDefaults: new Map(),
    metadataProps: new Map(),
    remainder: undefined,
    ...fields,
  };
}

/** A graph with the versions it is written against and everything else the file says about it. */
export class Model {
  irVersion: number;
  /** Opset version by domain; the standard domain is `''` here, however the file spells it. */
  readonly opsetImports: Map<string, number>;
  graph: Graph;
  functions: FunctionDefinition[] = [];
  /** Written to the file. */
  metadataProps = new Map<string, string>();
  /** The folder external data is relative to; `undefined` for models made in memory. */
  folder: string | undefined;
  /** What the file says beyond this: training info, device configurations, fields of later versions. */
  remainder: Remainder;

  constructor(graph: Graph, opsetImports: Iterable<readonly [string, number]>, irVersion = 10) {
    this.graph = graph;
    this.irVersion = irVersion;
    this.opsetImports = new Map();
    for (const [domain, version] of opsetImports) this.opsetImports.set(canonicalDomain(domain), version);
  }

  /** Opset version of the standard operators. */
  get opset(): number {
    return this.opsetImports.get('') ?? 1;
  }

  /** Name of the tool that made the model. */
  get producerName(): string | undefined {
    return remainingText(this.remainder, MODEL.producerName);
  }

  set producerName(text: string | undefined) {
    this.remainder = withText(this.remainder, MODEL.producerName, text);
  }

  get producerVersion(): string | undefined {
    return remainingText(this.remainder, MODEL.producerVersion);
  }

  set producerVersion(text: string | undefined) {
    this.remainder = withText(this.remainder, MODEL.producerVersion, text);
  }

  /** Reverse-DNS name of the model's name space. */
  get domain(): string | undefined {
    return remainingText(this.remainder, MODEL.domain);
  }

  set domain(text: string | undefined) {
    this.remainder = withText(this.remainder, MODEL.domain, text);
  }

  get docString(): string | undefined {
    return remainingText(this.remainder, MODEL.docString);
  }

  set docString(text: string | undefined) {
    this.remainder = withText(this.remainder, MODEL.docString, text);
  }

  /** The graph, then its subgraphs at every depth, then the functions' graphs and theirs. */
  *graphs(): Generator<Graph> {
    yield* withSubgraphs(this.graph);
    for (const { graph } of this.functions) yield* withSubgraphs(graph);
  }
}

/** `''` for both spellings of the standard domain, other domains as they are. */
export function canonicalDomain(domain: string): string {
  return STANDARD_DOMAINS.has(domain) ? '' : domain;
}

function* withSubgraphs(graph: Graph): Generator<Graph> {
  yield graph;
  for (const node of graph.nodes()) {
    for (const subgraph of node.subgraphs()) yield* withSubgraphs(subgraph);
  }
}
