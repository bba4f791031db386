// Packs every package as `npm publish` would and looks at what is in the tarballs.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const MUST_HAVE = ['LICENSE', 'README.md', 'package.json', 'dist/index.js', 'dist/index.d.ts'];
const UNWANTED = /(^|\/)(test|node_modules)\/|\.test\.|tsbuildinfo|tsconfig/;

/**
 * @param {string} root the repository
 * @param {string} folder where the tarballs go
 * @returns {Promise<Record<string, string>>} path of the tarball by package name
 * @throws Error that lists everything wrong with the tarballs
 */
export async function packAll(root, folder) {
  const paths = readdirSync(join(root, 'packages')).map((name) => `./packages/${name}`);
  const output = execFileSync('npm', ['pack', ...paths, '--json', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, npm_config_ignore_scripts: 'true' },
  });
  const problems = [];
  const tarballs = {};
  const packed = JSON.parse(output);
  for (const { name, filename, files } of Array.isArray(packed) ? packed : Object.values(packed)) {
    const tarball = join(folder, filename);
    const listed = files.map(({ path }) => path);
    problems.push(...wrongFiles(listed).map((problem) => `${name}: ${problem}`));
    problems.push(...(await lint(tarball)).map((problem) => `${name}: ${problem}`));
    tarballs[name] = tarball;
  }
  if (problems.length > 0)
    throw new Error(`the packages are not fit to be published\n${problems.join('\n')}`);
  return tarballs;
}

/** @param {readonly string[]} files paths in a tarball */
export function wrongFiles(files) {
  const missing = MUST_HAVE.filter((file) => !files.includes(file)).map((file) => `${file} is missing`);
  return [
    ...missing,
    ...files.filter((file) => UNWANTED.test(file)).map((file) => `${file} does not belong`),
  ];
}

async function lint(tarball) {
  const bytes = readFileSync(tarball);
  const pack = { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) };
  const { messages, pkg } = await publint({ pack, strict: true });
  return messages
    .filter(({ type }) => type !== 'suggestion')
    .map((message) => formatMessage(message, pkg, { color: false }) ?? message.code);
}
