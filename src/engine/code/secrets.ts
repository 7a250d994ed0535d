/** What must not get into a snapshot: files whose name or content says that they hold a secret. Pure. */

/** Names of files, without the folder, in lower case. */
const SECRET_NAMES = new RegExp(
  [
    /^\.env(\..+)?$/,
    /^.+\.env$/,
    /\.(pem|key|p12|pfx|jks|keystore|kdbx|kdb|ppk|gpg)$/,
    /^id_(rsa|dsa|ecdsa|ed25519)/,
    /^\.?(netrc|_netrc|pypirc|npmrc|pgpass|my\.cnf|htpasswd|dockercfg|git-credentials|s3cfg|boto)$/,
    /^(credentials|secrets?)(\..+)?$/,
    /^credentials[^/]*\.(json|ya?ml|toml|ini|cfg|txt|csv|xml)$/,
    /^(client_secrets?|service[-_]?account)[^/]*\.json$/,
    /^kaggle\.json$/,
    /^kubeconfig/,
    /^terraform\.tfvars$|\.tfstate(\.backup)?$/,
    /^\.?vault[-_]?(pass|password|token)/,
  ]
    .map(({ source }) => source)
    .join('|'),
);
/** They show which names a `.env` wants, not their values. */
const EXAMPLES = /^\.env\.(example|sample|template|dist|defaults?)$|^(example|sample|template)\.env$/;
/** Public halves. */
const PUBLIC = '.pub';
/** Whole folders. */
const SECRET_FOLDERS = /(^|\/)\.(ssh|aws|gnupg|azure|kube|docker)\//;

/** @param path with `/` between its parts */
export function isSecretName(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  if (SECRET_FOLDERS.test(path)) return true;
  if (EXAMPLES.test(name) || name.endsWith(PUBLIC)) return false;
  return SECRET_NAMES.test(name);
}

/** Forms that nothing but a secret has, and what it is called. */
const SECRET_CONTENT: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN (?:[A-Z]+ )?PRIVATE KEY(?: BLOCK)?-----\s*[A-Za-z0-9+/=\\]/, 'a private key'],
  [/\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/, 'an AWS access key'],
  [/\bgh[pousr]_[A-Za-z0-9]{36,}\b/, 'a GitHub token'],
  [/\bgithub_pat_[A-Za-z0-9_]{60,}\b/, 'a GitHub token'],
  [/\bglpat-[A-Za-z0-9_-]{20,}/, 'a GitLab token'],
  [/\bxox[abeoprs]-[0-9A-Za-z-]{20,}/, 'a Slack token'],
  [/\bhf_[A-Za-z0-9]{34,}\b/, 'a Hugging Face token'],
  [/\bsk-(?:ant-|proj-|svcacct-)[A-Za-z0-9_-]{40,}/, 'an API key'],
  [/\bsk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}\b/, 'an API key'],
  [/\bAIza[0-9A-Za-z_-]{35}\b/, 'a Google API key'],
  [/\b[rs]k_live_[0-9A-Za-z]{24,}\b/, 'a Stripe key'],
  [/\bnpm_[A-Za-z0-9]{36}\b/, 'an npm token'],
  [/\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,}/, 'a PyPI token'],
];

/** Larger files are data, and looked at by their name only. */
export const CONTENT_LIMIT_BYTES = 1_000_000;
const BINARY_LOOK_BYTES = 8000;

/** @returns what the content looks like it holds, or null */
export function secretIn(content: Buffer): string | null {
  if (content.subarray(0, BINARY_LOOK_BYTES).includes(0)) return null;
  const text = content.toString('latin1');
  return SECRET_CONTENT.find(([rule]) => rule.test(text))?.[1] ?? null;
}
