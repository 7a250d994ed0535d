/** Telling others by HTTP what happens in the registry, as MLflow's webhooks do. */
export { Approvals } from './approvals';
export { type Clock, Deliverer, type Outcome } from './deliverer';
export { ACTIONS, ENTITIES, whyNoEvent } from './events';
export { postUnder } from './post';
export { type UrlRules, urlRulesOf } from './urls';
export { type NewWebhook, type TestResult, Webhooks, type WebhookUpdate } from './webhooks';
