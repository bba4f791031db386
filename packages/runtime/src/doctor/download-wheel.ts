import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SenteiError } from '@sentei/ir';
import type { Host } from '../machine/host.ts';
import { runInstaller } from './run-installer.ts';

/** Where the wheel goes, and who is told. */
export interface WheelDownload {
  readonly version: string;
  /** A folder for the wheel and for everything that pip writes while it downloads. */
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
  /** Bytes so far, and of all once pip has said how many there are. */
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined;
}

/** Tags of the wheels with the CUDA provider; which Python does not matter to the libraries in them. */
const TAGS = [
  ...['--python-version', '3.12', '--implementation', 'cp'],
  ...['--platform', 'manylinux_2_28_x86_64', '--platform', 'manylinux_2_27_x86_64'],
];
const INTERVAL = 250;

/** Whether there is a pip to download with. */
export async function hasPip(host: Host): Promise<boolean> {
  return (await host.run('python3', ['-m', 'pip', '--version']))?.code === 0;
}

/**
 * Downloads the wheel of `onnxruntime-gpu` with pip, which checks it against the hash that the index gives.
 *
 * @returns its path
 * @throws SenteiError `install-failed`, `cancelled`
 */
export async function downloadWheel(host: Host, download: WheelDownload): Promise<string> {
  const { version, folder, signal, onProgress } = download;
  let total: number | undefined;
  const onText = (text: string) => {
    const size = /Downloading .*\.whl \((\d+(?:\.\d+)?) ([kMG]?B)\)/.exec(text);
    if (size) total = Number(size[1]) * ({ B: 1, kB: 1e3, MB: 1e6, GB: 1e9 }[size[2] ?? ''] ?? 1);
  };
  const timer = setInterval(() => void sizeOf(folder).then((done) => onProgress?.(done, total)), INTERVAL);
  try {
    await runInstaller({
      program: 'python3',
      words: [
        ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--no-cache-dir', '--no-input'],
        ...['--disable-pip-version-check', '--progress-bar', 'off', ...TAGS],
        ...['--dest', folder, `onnxruntime-gpu==${version}`],
      ],
      folder,
      // Whatever pip leaves when it is killed is then in the folder, which goes.
      variables: { ...host.variables, TMPDIR: folder, PYTHONUNBUFFERED: '1' },
      signal,
      onText,
    });
  } finally {
    clearInterval(timer);
  }
  const wheels = (await readdir(folder)).filter((name) => name.endsWith('.whl'));
  const [wheel] = wheels;
  if (wheels.length === 1 && wheel?.startsWith(`onnxruntime_gpu-${version}-`)) return join(folder, wheel);
  throw new SenteiError('install-failed', `pip brought ${wheels.join(', ') || 'nothing'}`, {
    hint: `a wheel of onnxruntime-gpu ${version} was asked for: check how pip is set up`,
  });
}

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = names.map((name) =>
    stat(join(folder, name)).then(
      (found) => (found.isFile() ? found.size : 0),
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
