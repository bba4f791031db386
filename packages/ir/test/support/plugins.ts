import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Code that defines `make(id)`, a factory of passes that propose nothing, as a package without dependencies would. */
export function factorySource(): string {
  return `
    const schema = { shape: {}, parse: (options) => options };
    const make = (id) => Object.assign(
      () => ({ id, description: 'd', guarantee: 'exact', options: {}, *propose() {} }),
      { id, description: 'd', schema },
    );
  `;
}

/** Puts a package with ES modules only into the `node_modules` of a folder. */
export async function installPackage(
  folder: string,
  name: string,
  code: string,
  version = '1.0.0',
): Promise<void> {
  const place = join(folder, 'node_modules', name);
  await mkdir(join(place, 'lib'), { recursive: true });
  const content = { name, version, type: 'module', exports: { '.': { import: './lib/main.js' } } };
  await writeFile(join(place, 'package.json'), JSON.stringify(content));
  await writeFile(join(place, 'lib', 'main.js'), code);
}
