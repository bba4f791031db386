// Adds a package with a new pass. The pass it starts with is small and real, so that its tests, the laws of passes among
// them, run from the first minute; replace its search and its rewrite by your own.
import { execFileSync } from 'node:child_process';
import { packageFiles } from './files.mjs';

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const RESERVED = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export extends false
  finally for function if implements import in instanceof interface let new null package private protected public return
  static super switch this throw true try typeof undefined var void while with yield`.split(/\s+/),
);

/**
 * @param {{ exists(path: string): boolean, read(path: string, encoding: 'utf8'): string | null, write(path: string, content: string): void, root: string }} tree
 * @param {{ name: string, description?: string, skipInstall?: boolean }} options
 * @returns {() => void} what is left to do when the files are on disk
 * @throws Error for names that are not free or not fit, and where a file to register in does not look as expected
 */
export default function passGenerator(tree, { name, description, skipInstall = false }) {
  checkName(tree, name);
  const pass = { name, identifier: camelCase(name), folder: `packages/pass-${name}` };
  const summary = description ?? 'Takes out pairs of Neg that undo each other.';
  const version = readJson(tree, 'packages/ir/package.json').version;
  const files = packageFiles({
    ...pass,
    description: summary,
    version,
    license: tree.read('LICENSE', 'utf8') ?? '',
  });
  for (const [path, content] of Object.entries(files)) tree.write(`${pass.folder}/${path}`, content);
  register(tree, pass, version);
  return () => finish(tree.root, pass.folder, skipInstall);
}

function checkName(tree, name) {
  if (name.startsWith('pass-')) {
    throw new Error(
      `'${name}': leave out 'pass-', the package gets it by itself: ${name.slice('pass-'.length)}`,
    );
  }
  if (!NAME.test(name)) {
    throw new Error(`'${name}' is no name of a pass: use lower case and hyphens, such as fuse-norms`);
  }
  if (RESERVED.has(camelCase(name))) throw new Error(`'${name}' is a word of the language; use another name`);
  const taken =
    tree.exists(`packages/pass-${name}/package.json`) || tree.exists(`packages/${name}/package.json`);
  if (taken) throw new Error(`there is a package '${name}' already; use another name, or remove it first`);
  const registered = tree.read('packages/cli/src/passes.ts', 'utf8') ?? '';
  if (new RegExp(`\\b${camelCase(name)}\\b`).test(registered)) {
    throw new Error(`there is a pass '${name}' already, in another package; use another name`);
  }
}

function register(tree, { name, identifier }, version) {
  const specifier = `@sentei/pass-${name}`;
  edit(tree, 'packages/cli/src/passes.ts', (text) => {
    const imports = text.split('\n').filter((line) => line.startsWith('import '));
    const added = [...imports, `import { ${identifier} } from '${specifier}';`].sort((a, b) =>
      sourceOf(a) < sourceOf(b) ? -1 : 1,
    );
    const listed = text.replace(
      /(PASSES: readonly PassFactory\[\] = \[[^\]]*?),?\s*\]/,
      `$1, ${identifier}]`,
    );
    return listed === text ? text : listed.replace(imports.join('\n'), added.join('\n'));
  });
  editJson(tree, 'packages/cli/package.json', (manifest) => {
    manifest.dependencies = withEntry(manifest.dependencies, specifier, version);
  });
  const reference = (path) => (config) => config.references.push({ path });
  editJson(tree, 'packages/cli/tsconfig.json', reference(`../pass-${name}`));
  editJson(tree, 'tsconfig.json', reference(`packages/pass-${name}`));
}

/** The entry beside its like: after the last of the workspace's packages. */
function withEntry(entries, key, value) {
  const list = Object.entries(entries);
  const last = list.findLastIndex(([name]) => name.startsWith('@sentei/'));
  return Object.fromEntries(list.toSpliced(last + 1, 0, [key, value]));
}

function edit(tree, path, change) {
  const before = tree.read(path, 'utf8') ?? '';
  const after = change(before);
  if (after === before) throw new Error(`${path} does not look as expected; register the pass there by hand`);
  tree.write(path, after);
}

function editJson(tree, path, change) {
  edit(tree, path, (text) => {
    const json = JSON.parse(text);
    change(json);
    return `${JSON.stringify(json, null, 2)}\n`;
  });
}

function readJson(tree, path) {
  return JSON.parse(tree.read(path, 'utf8') ?? '{}');
}

function sourceOf(line) {
  return line.match(/from '(.*)'/)?.[1] ?? '';
}

export function camelCase(name) {
  return name.replace(/-([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}

function finish(root, folder, skipInstall) {
  const run = (command, ...args) =>
    execFileSync(command, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  const touched = [
    folder,
    'packages/cli/src/passes.ts',
    'packages/cli/package.json',
    'packages/cli/tsconfig.json',
  ];
  run('npx', 'biome', 'check', '--write', ...touched, 'tsconfig.json');
  if (skipInstall) return;
  run('npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error');
  run(process.execPath, 'tools/complete-lock.mjs');
}
