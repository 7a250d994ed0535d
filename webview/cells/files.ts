/** What outputs need of the page that they are shown on. */
import { type ArtifactText } from '../../src/protocol/pages/run';

export interface CellFiles {
  /** A picture as a data URL; null where it is too large or none. */
  picture(path: string): Promise<string | null>;
  text(path: string): Promise<ArtifactText>;
  /** Opens the file in an editor. */
  open(path: string): void;
}
