import type { BuildOptions, BuildResult } from 'esbuild';

export declare const PAGES: readonly ['run', 'compareNotebook', 'compare'];
export function pageBuild(name: (typeof PAGES)[number], outdir: string, options?: BuildOptions): BuildOptions;
export function buildPages(outdir: string, options?: BuildOptions): Promise<BuildResult[]>;
