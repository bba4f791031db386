import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Puts a package with one pass into the `node_modules` of a folder, as its authors would have built it without
 * dependencies. The pass renames the first node, and throws when its package says so.
 */
export async function installPlugin(folder: string, name: string, id: string, fault = ''): Promise<void> {
  const place = join(folder, 'node_modules', name);
  await mkdir(place, { recursive: true });
  const content = { name, version: '1.2.3', type: 'module', exports: './main.js' };
  await writeFile(join(place, 'package.json'), JSON.stringify(content));
  await writeFile(
    join(place, 'main.js'),
    `
    function* propose(model) {
      const [node] = model.graph.nodes();
      const apply = () => { node.name = 'renamed'; ${fault} };
      yield { kind: 'patch', name: 'rename', guarantee: 'exact', nodes: [String(node)], apply };
    }
    const about = { id: '${id}', description: 'renames a node' };
    export const pass = Object.assign(() => ({ ...about, guarantee: 'exact', options: {}, propose }), {
      ...about,
      schema: { shape: {} },
    });
    `,
  );
}
