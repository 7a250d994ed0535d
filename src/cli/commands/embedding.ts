/** `loopwright models code`: code that runs a model without an endpoint. */
import type { Command } from 'commander';
import { LoopwrightError } from '../../protocol/errors';
import { EmbeddingLanguage } from '../../protocol/requests/endpoints';
import { type Cli, examples, type Perform } from '../command';
import { inSession } from '../inSession';
import { EXIT } from '../output';
import { fileOrVersion, MODEL_WORDS, storeForFile, whichOf } from '../servedModel';

type On = (name: string, summary: string) => Command;

const LANGUAGES = EmbeddingLanguage.options.join(', ');

export function addEmbedding(on: On, perform: Perform): void {
  on('code', 'Code that runs an ONNX model in a process of your own, with a row of its input example or zeros.')
    .argument('<model>', MODEL_WORDS)
    .option('--language <name>', `${LANGUAGES} (default: python)`)
    .addHelpText(
      'after',
      examples('models code fraud@champion > embedded.py', 'models code model.onnx --language node > embedded.js'),
    )
    .action((model: string, { language }: { language?: string }, self: Command) =>
      perform(self, (cli) => code(cli, model, language ?? 'python')),
    );
}

async function code(cli: Cli, model: string, wished: string): Promise<number> {
  const read = EmbeddingLanguage.safeParse(wished);
  if (!read.success)
    throw new LoopwrightError('bad_request', `--language takes one of ${LANGUAGES}, not "${wished.slice(0, 60)}".`);
  const language = read.data;
  const named = fileOrVersion(cli, model);
  const store = 'path' in named ? storeForFile(cli).root : cli.store;
  return inSession({ ...cli, store }, async ({ output }, { connection }) => {
    const { code: text } =
      'path' in named
        ? await connection.request('endpoints/embeddingOfFile', { file: named.path, language })
        : await connection.request('endpoints/embedding', {
            ...{ name: named.name, which: await whichOf(connection, named) },
            language,
          });
    if (output.isJson) output.document({ language, code: text });
    else output.lines(text.trimEnd().split('\n'));
    return EXIT.done;
  });
}
