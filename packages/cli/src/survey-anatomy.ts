import { findAttentionCores, findBlocks, type SubBlock } from '@sentei/anatomy';
import { type Graph, inferTypes, type Model, type Node, type PassRecord, type TypeTable } from '@sentei/ir';
import type { AnatomyFacts, PatchPlace, SubBlockFacts } from '@sentei/report';

/** The residual branches of a model before any pass has run. */
export interface AnatomySurvey {
  /** What became of each branch, once the passes have run over the same model. */
  outcome(records: readonly PassRecord[]): AnatomyFacts;
}

/**
 * Notes what a model is made of, so that it can be told afterwards what the passes did to it. Which nodes are left is exact,
 * as passes keep the nodes they do not replace; which patch was about which branch is told by the names in its record.
 */
export function surveyAnatomy(model: Model): AnatomySurvey {
  const { blocks, subBlocks, skipped } = findBlocks(model.graph);
  const heads = headsOf(model, subBlocks);
  const owners = ownersByName(subBlocks);
  // Nodes lose their graph when they go, so what a message calls them is noted now.
  const merges = new Map(subBlocks.map((part) => [part, String(part.merge)]));
  const sums = skipped.map(({ node, reason }) => ({ node: String(node), reason }));
  return {
    outcome(records) {
      const decisions = decisionsByOwner(records, owners);
      const describe = (part: SubBlock): SubBlockFacts => ({
        kind: part.kind,
        norm: part.norm,
        merge: merges.get(part) ?? '',
        heads: heads.get(part) ?? null,
        nodes: part.nodes.length,
        nodesLeft: part.nodes.filter((node) => isIn(model.graph, node)).length,
        mergeLeft: isIn(model.graph, part.merge),
        decisions: decisions.get(part) ?? [],
      });
      return {
        blocks: blocks.map(({ depth, subBlocks: parts }) => ({ depth, subBlocks: parts.map(describe) })),
        skipped: sums,
      };
    },
  };
}

/** A node is gone too when the one whose subgraph it is in is. */
function isIn(root: Graph, node: Node): boolean {
  let graph = node.graph;
  while (graph && graph !== root) graph = graph.owner?.graph ?? null;
  return graph === root;
}

function headsOf(model: Model, subBlocks: readonly SubBlock[]): Map<SubBlock, number> {
  const types = inferTypes(model);
  const found = new Map<SubBlock, number>();
  const ownerOf = new Map(subBlocks.flatMap((part) => part.nodes.map((node) => [node, part] as const)));
  for (const { query, nodes } of findAttentionCores(model.graph, types)) {
    const owner = nodes.map((node) => ownerOf.get(node)).find((part) => part !== undefined);
    const heads = headCount(query, types);
    if (owner !== undefined && heads !== undefined) found.set(owner, heads);
  }
  return found;
}

/** Queries are [batch, heads, positions, channels]. */
function headCount(query: Parameters<TypeTable['shapeOf']>[0], types: TypeTable): number | undefined {
  const shape = types.shapeOf(query);
  const heads = shape?.length === 4 ? shape[1] : undefined;
  return typeof heads === 'number' ? heads : undefined;
}

/** Names that more than one branch has are no use. */
function ownersByName(subBlocks: readonly SubBlock[]): Map<string, SubBlock> {
  const owners = new Map<string, SubBlock>();
  const shared = new Set<string>();
  for (const part of subBlocks) {
    for (const node of [...part.nodes, part.merge]) {
      const name = String(node);
      const owner = owners.get(name);
      if (owner !== undefined && owner !== part) shared.add(name);
      owners.set(name, part);
    }
  }
  for (const name of shared) owners.delete(name);
  return owners;
}

function decisionsByOwner(
  records: readonly PassRecord[],
  owners: ReadonlyMap<string, SubBlock>,
): Map<SubBlock, PatchPlace[]> {
  const decisions = new Map<SubBlock, PatchPlace[]>();
  for (const [record, { patches }] of records.entries()) {
    for (const [patch, { nodes }] of patches.entries()) {
      const parts = new Set(nodes.map((name) => owners.get(name)).filter((part) => part !== undefined));
      for (const part of parts) {
        const places = decisions.get(part) ?? [];
        places.push({ record, patch });
        decisions.set(part, places);
      }
    }
  }
  return decisions;
}
