// Adds what a partial registry mirror leaves out of package-lock.json: entries for optional packages of other platforms.
// npm drops those it cannot find while it writes the lock, and `npm ci` then refuses the lock everywhere.
import { readFileSync, writeFileSync } from 'node:fs';

const OPERATING_SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

/**
 * @param {{ packages: Record<string, any> }} lock a parsed package-lock.json, changed in place
 * @returns {string[]} names of the entries that were missing
 */
export function completeLock(lock) {
  const added = [];
  for (const [parent, entry] of Object.entries(lock.packages)) {
    for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
      const place = `node_modules/${name}`;
      if (lock.packages[place] || lock.packages[`${parent}/${place}`]) continue;
      lock.packages[place] = platformEntry(name, String(range), entry.dev === true);
      added.push(name);
    }
  }
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  lock.packages = Object.fromEntries(sorted);
  return added;
}

/** Platform packages carry the version of their parent and name their platform. */
function platformEntry(name, range, isDev) {
  const words = name.split(/[/@-]/);
  const os = OPERATING_SYSTEMS.filter((each) => words.includes(each));
  const cpu = PROCESSORS.filter((each) => words.includes(each));
  if (words.includes('gnueabihf')) cpu.splice(0, cpu.length, 'arm');
  const libc = words.includes('musl') ? ['musl'] : words.includes('gnu') ? ['glibc'] : [];
  return {
    version: range.replace(/^[\^~]/, ''),
    ...(cpu.length > 0 && { cpu }),
    ...(isDev && { dev: true }),
    ...(libc.length > 0 && { libc }),
    optional: true,
    ...(os.length > 0 && { os }),
  };
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const path = new URL('../package-lock.json', import.meta.url);
  const lock = JSON.parse(readFileSync(path, 'utf8'));
  const added = completeLock(lock);
  writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  process.stdout.write(`${added.length} entries added ${added.join(' ')}\n`);
}
