/**
 * Where a webhook may lead, as MLflow's server has it (`_validate_webhook_url`): by HTTPS to public hosts. Beyond that, to
 * receivers on this machine, by HTTP too. Hosts are not looked up here but when something is sent (`post.ts`): a name may
 * lead elsewhere then. Pure.
 */
import { isIP } from 'node:net';
import { isLoopback, isPublic } from './addresses';

export interface UrlRules {
  readonly schemes: readonly string[];
  readonly allowsPrivate: boolean;
}

/** MLflow's own variables widen what may be. */
export function urlRulesOf(env: NodeJS.ProcessEnv): UrlRules {
  const schemes = (env.MLFLOW_WEBHOOK_ALLOWED_SCHEMES ?? 'https').split(',').map((scheme) => scheme.trim());
  return { schemes, allowsPrivate: /^(?:true|1)$/i.test(env.MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS ?? '') };
}

const MAX_URL = 2000;

/** @returns null for a URL that a webhook may have; what is wrong, in MLflow's words where it has some */
export function whyNotUrl(text: string, rules: UrlRules): string | null {
  if (text.trim() === '') return `Webhook URL cannot be empty or just whitespace: '${text}'`;
  if (text.length > MAX_URL)
    return `Invalid webhook URL: it has ${String(text.length)} characters, at most ${String(MAX_URL)} may be.`;
  const url = URL.parse(text);
  // What has no host at all may have a scheme that says more.
  const scheme = (url?.protocol ?? /^([a-z][\w+.-]*):/i.exec(text)?.[1] ?? '').replace(/:$/, '').toLowerCase();
  if (!url && /^https?$/.test(scheme)) return `Invalid webhook URL '${text}': it is none.`;
  const isHere = url !== null && isLocalHost(hostOf(url));
  if (!url || !(rules.schemes.includes(scheme) || (scheme === 'http' && isHere)))
    return `Invalid webhook URL scheme: '${scheme}'. Allowed schemes are: ${rules.schemes.join(', ')}; http to this machine.`;
  if (!/^https?$/.test(scheme)) return `Invalid webhook URL scheme: '${scheme}'. Only http and https can be sent to.`;
  if (/[\s\p{Cc}]/u.test(text)) return `Invalid webhook URL '${text}': it has white space.`;
  if (url.username !== '' || url.password !== '')
    return 'Webhook URL must not include embedded credentials: they would lie in the store. Use a secret.';
  const host = hostOf(url);
  if (host === '') return `Webhook URL must include a hostname: '${text}'`;
  return isIP(host) === 0 ? null : whyNotAddress(host, host, rules);
}

/** @returns null for an address that may be sent to as that of a host */
export function whyNotAddress(host: string, address: string, rules: UrlRules): string | null {
  const isMeant = isLocalHost(host) ? isLoopback(address) : rules.allowsPrivate || isPublic(address);
  if (isMeant) return null;
  return `Webhook URL must not resolve to a non-public IP address. '${host}' resolves to ${address}.`;
}

/** Without the brackets of an IPv6 address. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

export const isLocalName = (host: string): boolean => host === 'localhost' || host.endsWith('.localhost');

const isLocalHost = (host: string): boolean => isLocalName(host) || (isIP(host) !== 0 && isLoopback(host));
