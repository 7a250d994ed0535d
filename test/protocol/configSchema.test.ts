import * as z from 'zod';
import { format } from 'prettier';
import { expect, it } from 'vitest';
import { ConfigForm } from '../../src/protocol/config/form';

/** `npx vitest run test/protocol/configSchema.test.ts -u` writes it anew. */
it('media/loopwright.schema.json is what the form says', async () => {
  const schema = z.toJSONSchema(ConfigForm, { io: 'input', target: 'draft-7' });
  const text = await format(JSON.stringify(schema), { parser: 'json', printWidth: 120 });
  await expect(text).toMatchFileSnapshot('../../media/loopwright.schema.json');
});
