import { statfs } from 'node:fs/promises';
import { availableParallelism, cpus, freemem, tmpdir, totalmem } from 'node:os';
import { listGpus } from '../machine/gpus.ts';
import type { Host } from '../machine/host.ts';
import type { Finding } from './finding.ts';
import { inOneLine } from './finding.ts';

/** The oldest Node that the packages run on. */
const OLDEST_NODE = [20, 19] as const;
/** onnxruntime-node 1.30 is built against this version of the GNU C library. */
const OLDEST_GLIBC = [2, 28] as const;
/** What models and their trials take for some time. */
const ENOUGH_DISK = 2 * 2 ** 30;

const SUPPORTED = ['linux/x64', 'linux/arm64', 'darwin/arm64', 'win32/x64', 'win32/arm64'];
const RAPL = '/sys/class/powercap/intel-rapl:0/energy_uj';

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** What any run needs: Node, the platform, memory, room for temporary files. */
export async function examineMachine(host: Host): Promise<Finding[]> {
  const { node, platform, arch } = host;
  const place = `${platform}/${arch}`;
  const isNew = isAtLeast(node, OLDEST_NODE);
  const isSupported = SUPPORTED.includes(place);
  const findings: Finding[] = [
    {
      group: 'machine',
      subject: 'Node',
      status: isNew ? 'ok' : 'broken',
      detail: isNew ? node : `${node}; ${OLDEST_NODE.join('.')} or later is needed`,
      ...(isNew ? {} : { fix: `install Node ${OLDEST_NODE.join('.')} or later` }),
    },
    {
      group: 'machine',
      subject: 'platform',
      status: isSupported ? 'ok' : 'broken',
      detail: isSupported ? place : `onnxruntime-node has no binaries for ${place}`,
      ...(isSupported ? {} : { fix: `use one of ${SUPPORTED.join(', ')}` }),
    },
  ];
  if (platform === 'linux') findings.push(examineLibc(host));
  findings.push(
    {
      group: 'machine',
      subject: 'processor',
      status: 'ok',
      detail: `${cpus()[0]?.model.trim() || 'unknown'}, ${availableParallelism()} of ${cpus().length} cores usable`,
    },
    {
      group: 'machine',
      subject: 'memory',
      status: 'ok',
      detail: `${gibibytes(freemem())} free of ${gibibytes(totalmem())}`,
    },
    await examineDisk(tmpdir()),
  );
  return findings;
}

/** What some commands use: Chromium for the tests of reports, Python and pip for the installation of CUDA, meters of energy. */
export async function examineTools(host: Host): Promise<Finding[]> {
  const chromium = (await versionOf(host, 'chromium')) ?? (await versionOf(host, 'google-chrome'));
  const python = await versionOf(host, 'python3');
  const pip = await host.run('python3', ['-m', 'pip', '--version']);
  const hasPip = pip?.code === 0;
  return [
    tool('Chromium', chromium, 'only the tests of reports open one', 'apt-get install chromium'),
    tool(
      'Python',
      python,
      'sentei doctor --install-cuda then uses the installer of onnxruntime-node',
      'apt-get install python3',
    ),
    tool(
      'pip',
      hasPip ? inOneLine(pip.stdout).replace(/ from .*/, '') : undefined,
      'sentei doctor --install-cuda then uses the installer of onnxruntime-node',
      'apt-get install python3-pip',
    ),
    await examineEnergy(host),
  ];
}

/** Whether a version such as `20.20.2` is at least `[20, 19]`. */
export function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [foundMajor = 0, foundMinor = 0] = version.split('.').map(Number);
  return foundMajor > major || (foundMajor === major && foundMinor >= minor);
}

function examineLibc({ glibc }: Host): Finding {
  const about = { group: 'machine', subject: 'C library' };
  const needed = OLDEST_GLIBC.join('.');
  if (glibc === undefined) {
    const detail = `not the GNU C library; onnxruntime-node needs glibc ${needed} or later`;
    return { ...about, status: 'broken', detail, fix: 'use a distribution with glibc instead of musl' };
  }
  if (isAtLeast(glibc, OLDEST_GLIBC)) return { ...about, status: 'ok', detail: `glibc ${glibc}` };
  const detail = `glibc ${glibc}; onnxruntime-node needs ${needed} or later`;
  return { ...about, status: 'broken', detail, fix: 'use a newer distribution' };
}

async function examineDisk(folder: string): Promise<Finding> {
  const about = { group: 'machine', subject: 'temporary folder' };
  try {
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const detail = `${gibibytes(free)} free in ${folder}`;
    if (free >= ENOUGH_DISK) return { ...about, status: 'ok', detail };
    return {
      ...about,
      status: 'broken',
      detail,
      fix: 'make room, or set TMPDIR to a folder with room',
      isOptional: true,
    };
  } catch {
    return {
      ...about,
      status: 'missing',
      detail: `${folder} cannot be read`,
      fix: 'set TMPDIR to a folder that is there',
    };
  }
}

async function examineEnergy(host: Host): Promise<Finding> {
  const about = { group: 'tools', subject: 'energy', isOptional: true };
  const meters: string[] = [];
  if ((await listGpus(host)).gpus.some(({ tellsPower }) => tellsPower))
    meters.push('power of the GPU (nvidia-smi)');
  if ((await host.readText(RAPL)) !== undefined) meters.push('energy of the processor (RAPL)');
  if (meters.length > 0) return { ...about, status: 'ok', detail: meters.join(', ') };
  const detail = `neither nvidia-smi nor ${RAPL} can be read: energy per inference stays unknown`;
  return { ...about, status: 'missing', detail, fix: `on a machine with RAPL, allow ${RAPL} to be read` };
}

async function versionOf(host: Host, program: string): Promise<string | undefined> {
  const said = await host.run(program, ['--version']);
  return said?.code === 0 ? inOneLine(said.stdout || said.stderr, 80) : undefined;
}

function tool(subject: string, version: string | undefined, without: string, fix: string): Finding {
  const about = { group: 'tools', subject, isOptional: true };
  if (version !== undefined) return { ...about, status: 'ok', detail: version };
  return { ...about, status: 'missing', detail: `not found: ${without}`, fix };
}
