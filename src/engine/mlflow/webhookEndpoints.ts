/** Webhooks as MLflow's protocol has them (`webhooks.proto`). A secret is taken and never told. */
import { type Endpoint, NOTHING, on, reading } from './endpoint';
import { webhookJson } from './entities';

export const webhookEndpoints: Readonly<Record<string, Endpoint>> = {
  'POST webhooks': on('createWebhook', async ({ secret = '', ...asked }, { webhooks }) => ({
    webhook: webhookJson(await webhooks.create({ ...asked, secret: secret === '' ? null : secret })),
  })),
  'GET webhooks': reading('listWebhooks', 'webhooks/list'),
  'GET webhooks/{webhook_id}': reading('webhookId', 'webhooks/get'),
  'PATCH webhooks/{webhook_id}': on('updateWebhook', async (asked, { webhooks }) => {
    const { webhook_id: id, name = '', url = '', events = [], ...rest } = asked;
    const { description, status, secret } = rest;
    // Of these MLflow takes an empty one for none.
    const row = await webhooks.update(id, {
      ...(name === '' ? {} : { name }),
      ...(url === '' ? {} : { url }),
      ...(events.length === 0 ? {} : { events }),
      ...(description === undefined ? {} : { description }),
      ...(status === undefined ? {} : { status }),
      ...(secret === undefined ? {} : { secret }),
    });
    return { webhook: webhookJson(row) };
  }),
  'DELETE webhooks/{webhook_id}': on('webhookId', async ({ webhook_id: id }, { webhooks }) => {
    await webhooks.delete(id);
    return NOTHING;
  }),
  'POST webhooks/{webhook_id}/test': on('testWebhook', async ({ webhook_id: id, event }, { webhooks }) => {
    const { success, status, body, error } = await webhooks.test(id, event ?? null);
    return {
      result: {
        success,
        ...(status === null ? {} : { response_status: status }),
        ...(body === null ? {} : { response_body: body }),
        ...(error === null ? {} : { error_message: error }),
      },
    };
  }),
};
