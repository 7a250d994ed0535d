/** Version and build of this program, put in by `scripts/build.mjs`. */
import type { ProgramInfo } from './requests';

declare const __LOOPWRIGHT_BUILD__: ProgramInfo | undefined;

export const BUILD: ProgramInfo =
  typeof __LOOPWRIGHT_BUILD__ === 'undefined' ? { version: '0.0.0', build: 0 } : __LOOPWRIGHT_BUILD__;
