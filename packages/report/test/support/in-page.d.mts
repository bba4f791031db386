export declare function openAll(): void;
export declare function widestWidth(): number;
export declare function redOfBackground(): number;
export declare function countUnreachable(): number;
export declare function describeDrawings(): {
  name: string | null;
  description: string | undefined;
  rows: number | undefined;
  isSeen: boolean;
}[];
export declare function poorContrast(): string[];
