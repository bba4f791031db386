/** What the generator needs of a tree of Nx. */
interface Files {
  readonly root: string;
  exists(path: string): boolean;
  read(path: string, encoding: 'utf8'): string | null;
  write(path: string, content: string): void;
}

export default function passGenerator(
  tree: Files,
  options: { name: string; description?: string; skipInstall?: boolean },
): () => void;
export function camelCase(name: string): string;
