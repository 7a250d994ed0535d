/** What a run captures by itself, as the settings say. Pure. */
import { CAPTURE_KINDS, CaptureKind, type CaptureOptions, DEFAULT_CAPTURE } from '../protocol/capture';

const MEGABYTE = 1_000_000;

/** A value that is none of what a setting can be counts as not set: `settings.json` takes anything. */
export function captureOf(get: (name: string) => unknown): CaptureOptions {
  const kinds = get('capture');
  return {
    kinds: Array.isArray(kinds)
      ? CAPTURE_KINDS.filter((kind) => kinds.some((given) => CaptureKind.safeParse(given).data === kind))
      : DEFAULT_CAPTURE.kinds,
    modelLimitBytes: bytesOf(get('modelLimit')) ?? DEFAULT_CAPTURE.modelLimitBytes,
    pinLimitBytes: bytesOf(get('pinLimit')) ?? DEFAULT_CAPTURE.pinLimitBytes,
  };
}

function bytesOf(megabytes: unknown): number | undefined {
  return typeof megabytes === 'number' && megabytes >= 0 && Number.isFinite(megabytes)
    ? Math.round(megabytes * MEGABYTE)
    : undefined;
}
