/** What an artifact is, told from its path. Pure. */
import type { Artifact } from '../../protocol/entities';

const PICTURE = /\.(png|jpe?g|gif|webp|svg)$/i;
/** How MLflow names an image of `log_image(image, key, step)`; `%` or `+` stands between the parts. */
const STEPPED = /^images\/(.+?)[%+]step[%+](\d+)[%+]timestamp[%+]\d+[%+][^/]*$/;

export function artifactKindOf(path: string): Pick<Artifact, 'kind' | 'name' | 'step'> {
  const [, key, step] = STEPPED.exec(path) ?? [];
  if (key !== undefined) {
    // The small copy beside each image is the same picture.
    if (/[%+]compressed\.webp$/.test(path)) return { kind: 'file', name: null, step: null };
    return { kind: 'figure', name: key.replaceAll('#', '/'), step: Number(step) };
  }
  return { kind: PICTURE.test(path) ? 'figure' : 'file', name: null, step: null };
}
