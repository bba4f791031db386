import type { Graph } from '../graph/graph.ts';
import { mentionedNames } from '../graph/mentioned-names.ts';
import { canonicalDomain, type FunctionDefinition, type Model } from '../graph/model.ts';
import type { Node } from '../graph/node.ts';
import type { Value } from '../graph/value.ts';
import type { TypeTable } from '../shapes/type-table.ts';
import { NodeOrder } from './order.ts';
import type { RewriteRule } from './rule.ts';

/** What matching and rewriting need to know of the model around a graph, looked up once. */
export class RewriteContext {
  readonly model: Model;
  readonly types: TypeTable | undefined;
  readonly order = new NodeOrder();
  /** `steps` of matching so far, and `nodes` looked at as anchors. */
  readonly counters = { steps: 0, nodes: 0 };
  /** Nodes made since the sweep under way began: they are not looked at as anchors, or a sweep might never end. */
  readonly fresh = new Set<Node>();
  readonly #pinned: ReadonlySet<string>;
  readonly #redefined: ReadonlySet<string>;
  readonly #roots = new WeakMap<Graph, Graph>();
  readonly #functions: Map<Graph, FunctionDefinition>;

  constructor(model: Model, types?: TypeTable) {
    this.model = model;
    this.types = types;
    this.#pinned = mentionedNames(model);
    this.#functions = new Map(model.functions.map((each) => [each.graph, each]));
    this.#redefined = new Set(
      model.functions.filter(({ domain }) => canonicalDomain(domain) === '').map(({ name }) => name),
    );
  }

  /** Whether annotations outside of the nodes mention a value by its name. */
  readonly isPinned = (value: Value): boolean => this.#pinned.has(value.name);

  get hasPinned(): boolean {
    return this.#pinned.size > 0;
  }

  /** Whether the model defines a function under the name of a standard operator. */
  redefines(opType: string): boolean {
    return this.#redefined.has(opType);
  }

  /** Version of a domain in the model or function around `graph`; `undefined` where it is not imported. */
  opsetOf(graph: Graph, domain: string): number | undefined {
    return (this.#functionAround(graph) ?? this.model).opsetImports.get(domain);
  }

  /** Imports a domain into the model or function around `graph`. */
  addImport(graph: Graph, domain: string, version: number): void {
    const owner = this.#functionAround(graph);
    if (owner === undefined) {
      this.model.opsetImports.set(domain, version);
      return;
    }
    const changed = { ...owner, opsetImports: new Map(owner.opsetImports).set(domain, version) };
    this.#functions.set(owner.graph, changed);
    this.model.functions = this.model.functions.map((each) => (each === owner ? changed : each));
  }

  /** Whether constants can be initializers: functions have none, and before IR version 4 they had to be inputs. */
  holdsInitializers(graph: Graph): boolean {
    return this.model.irVersion >= 4 && this.#rootOf(graph) === this.model.graph;
  }

  /** Why a rule cannot apply anywhere in `graph`. */
  refuseGraph(graph: Graph, { opset, imports }: RewriteRule): string | undefined {
    const version = opset && (this.opsetOf(graph, '') ?? 1);
    if (opset?.from !== undefined && version !== undefined && version < opset.from) {
      return `the opset is ${version}, the rule needs ${opset.from} or later`;
    }
    if (opset?.to !== undefined && version !== undefined && version > opset.to) {
      return `the opset is ${version}, the rule goes up to ${opset.to}`;
    }
    for (const domain in imports) {
      const wanted = imports[domain] ?? 1;
      const found = this.opsetOf(graph, canonicalDomain(domain));
      if (found !== undefined && found < wanted) {
        return `domain '${domain}' is imported in version ${found}, the rule needs ${wanted}`;
      }
    }
    return undefined;
  }

  #functionAround(graph: Graph): FunctionDefinition | undefined {
    return this.#functions.size === 0 ? undefined : this.#functions.get(this.#rootOf(graph));
  }

  #rootOf(graph: Graph): Graph {
    const known = this.#roots.get(graph);
    if (known !== undefined) return known;
    const outer = graph.owner?.graph;
    const root = (outer && this.#roots.get(outer)) ?? graph.root;
    this.#roots.set(graph, root);
    return root;
  }
}
