/** The job that looks which models answered the newest requests of a log. */
import { type Answerer, answerersIn } from '../../protocol/node/requestLog';

const LOOKED_AT_BYTES = 64 * 1024 * 1024;

export const findAnswerers = ({
  folder,
  fromMs,
}: {
  readonly folder: string;
  readonly fromMs: number | null;
}): Promise<Answerer[]> => answerersIn(folder, fromMs === null ? {} : { fromMs }, LOOKED_AT_BYTES);
