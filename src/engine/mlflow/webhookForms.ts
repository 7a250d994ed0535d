/** The requests about webhooks, checked as MLflow's server does (`_validate_webhook_name`, `WebhookEvent`). */
import * as z from 'zod';
import { ACTIONS, ENTITIES, whyNoEvent } from '../webhooks';

const MAX_DESCRIPTION = 10_000;
const MAX_SECRET = 10_000;

/** One of MLflow's names or its number, from 1 on. */
const Named = (what: string, names: readonly string[]) =>
  z.union([z.string(), z.number()]).transform((given, context) => {
    const name = typeof given === 'number' ? names[given - 1] : names.find((one) => one.toUpperCase() === given);
    if (name !== undefined) return name;
    context.addIssue({ code: 'custom', message: `Unknown ${what} of a webhook's event: ${String(given)}` });
    return z.NEVER;
  });

/** As `entity.action`. */
const Event = z
  .object({ entity: Named('entity', ENTITIES), action: Named('action', ACTIONS) })
  .transform(({ entity, action }, context) => {
    const why = whyNoEvent(entity, action);
    if (why === null) return `${entity}.${action}`;
    context.addIssue({ code: 'custom', message: why });
    return z.NEVER;
  });
const Events = z.array(Event).transform((events) => [...new Set(events)]);

const Name = z.string().superRefine((name, context) => {
  // An empty one says what none says.
  if (name === '' || (name.length <= 63 && /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/i.test(name))) return;
  context.addIssue({
    code: 'custom',
    message: `Webhook name '${name.slice(0, 200)}' is invalid. It must start and end with a letter or digit, be less than 63 characters long, and contain only letters, digits, dots (.), underscores (_), and hyphens (-).`,
  });
});
const Description = z.string().max(MAX_DESCRIPTION);
/** Nothing of it may come back in a message. */
const Secret = z.unknown().transform((given, context) => {
  if (given === undefined || (typeof given === 'string' && given.length <= MAX_SECRET)) return given;
  context.addIssue({
    code: 'custom',
    message: `Parameter 'secret' must be text of at most ${String(MAX_SECRET)} characters.`,
  });
  return z.NEVER;
});
const STATUSES = ['ACTIVE', 'DISABLED'] as const;
const Status = z.preprocess(
  (value) => (typeof value === 'number' ? STATUSES[value - 1] : undefined) ?? value,
  z.enum(STATUSES),
);
const WebhookId = { webhook_id: z.string() };

export const webhookForms = {
  createWebhook: z.object({
    name: Name.min(1),
    url: z.string().min(1),
    events: Events.refine((events) => events.length > 0, { message: 'Webhook events cannot be empty' }),
    description: Description.default(''),
    secret: Secret.optional(),
    status: Status.default('ACTIVE'),
  }),
  webhookId: z.object(WebhookId),
  listWebhooks: z.object({
    max_results: z.coerce
      .number()
      .int()
      .default(0)
      // MLflow takes none for the usual number.
      .transform((given) => (given === 0 ? 100 : given))
      .refine((limit) => limit >= 1 && limit <= 1000, { message: 'max_results must be between 1 and 1000.' }),
    page_token: z.string().default(''),
  }),
  updateWebhook: z.object({
    ...WebhookId,
    name: Name.optional(),
    url: z.string().optional(),
    events: Events.optional(),
    description: Description.optional(),
    secret: Secret.optional(),
    status: Status.optional(),
  }),
  testWebhook: z.object({ ...WebhookId, event: Event.nullish() }),
} as const;
