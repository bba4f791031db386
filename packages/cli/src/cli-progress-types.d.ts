/** What is used of cli-progress, which comes without types. */
declare module 'cli-progress' {
  export interface Options {
    readonly format?: string;
    readonly stream?: NodeJS.WritableStream;
    readonly clearOnComplete?: boolean;
    readonly hideCursor?: boolean;
    readonly gracefulExit?: boolean;
    readonly linewrap?: boolean | null;
  }

  export type Payload = Readonly<Record<string, string>>;

  export class SingleBar {
    constructor(options: Options, preset?: unknown);
    start(total: number, value: number, payload?: Payload): void;
    update(value: number, payload?: Payload): void;
    setTotal(total: number): void;
    stop(): void;
  }

  export const Presets: Readonly<Record<'shades_classic' | 'rect', unknown>>;

  const progress: { readonly SingleBar: typeof SingleBar; readonly Presets: typeof Presets };
  export default progress;
}
