import { definePass } from '@sentei/ir';
import { z } from 'zod';

/** A pass of another repository: writes the position of each node into its metadata. */
export const relabel = definePass({
  id: 'relabel',
  description: 'Writes the position of each node into its metadata.',
  guarantee: 'exact',
  schema: z.strictObject({ key: z.string().min(1).default('position') }),
  *propose({ graph }, _context, { key }) {
    const positions = [...graph.nodes()].map((node, index) => ({ node, position: String(index) }));
    const wrong = positions.filter(({ node, position }) => node.metadataProps.get(key) !== position);
    if (wrong.length === 0) return;
    yield {
      kind: 'patch',
      name: `label ${wrong.length} nodes`,
      guarantee: 'exact',
      nodes: wrong.map(({ node }) => String(node)),
      apply: () => {
        for (const { node, position } of wrong) node.metadataProps.set(key, position);
      },
    };
  },
});
