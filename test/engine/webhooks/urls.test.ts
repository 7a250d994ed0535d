/** Where a webhook may lead. */
import { describe, expect, it } from 'vitest';
import { isLoopback, isPublic } from '../../../src/engine/webhooks/addresses';
import { urlRulesOf, whyNotAddress, whyNotUrl } from '../../../src/engine/webhooks/urls';

const rules = urlRulesOf({});

describe('a URL', () => {
  it.each([
    'https://example.com/hook',
    'https://example.com:8443/a?b=c',
    'http://127.0.0.1:9000/hook',
    'http://localhost:9000',
    'http://[::1]:9000/',
    'https://localhost/',
    'https://8.8.8.8/',
  ])('may be %s', (url) => {
    expect(whyNotUrl(url, rules)).toBeNull();
  });

  it.each([
    ['   ', /^Webhook URL cannot be empty or just whitespace/],
    ['ftp://example.com', /^Invalid webhook URL scheme: 'ftp'/],
    ['file:///etc/passwd', /^Invalid webhook URL scheme: 'file'/],
    ['http://example.com/', /^Invalid webhook URL scheme: 'http'/],
    ['http://localhost.example.com/', /^Invalid webhook URL scheme: 'http'/],
    ['nothing', /^Invalid webhook URL scheme: ''/],
    ['http://[invalid', /^Invalid webhook URL/],
    ['https://', /^Invalid webhook URL/],
    ['https://example.com/a b', /white space/],
    ['https://ada:pw@example.com/', /embedded credentials/],
    ['https://10.1.2.3/', /non-public IP address/],
    // Other spellings of 127.0.0.1 and of the address of a cloud's metadata are those addresses.
    ['http://10.0.0.1:80/', /^Invalid webhook URL scheme/],
    ['https://0xa9fea9fe/', /resolves to 169\.254\.169\.254/],
    ['https://[::ffff:10.0.0.1]/', /non-public IP address/],
    [`https://example.com/${'x'.repeat(2000)}`, /at most 2000/],
  ])('may not be %s', (url, why) => {
    expect(whyNotUrl(url, rules)).toMatch(why);
  });

  it('may be more where the variables of MLflow say so', () => {
    const wide = urlRulesOf({
      MLFLOW_WEBHOOK_ALLOWED_SCHEMES: 'http, https',
      MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS: 'true',
    });
    expect(whyNotUrl('http://10.1.2.3/', wide)).toBeNull();
    expect(whyNotUrl('ftp://example.com/', wide)).toMatch(/scheme/);
  });
});

describe('the address that a host has', () => {
  it('is public for a host of the network, and this machine for a local one, whatever a name server says', () => {
    expect(whyNotAddress('example.com', '93.184.216.34', rules)).toBeNull();
    expect(whyNotAddress('example.com', '127.0.0.1', rules)).toMatch(/'example\.com' resolves to 127\.0\.0\.1/);
    expect(whyNotAddress('localhost', '127.0.0.1', rules)).toBeNull();
    expect(whyNotAddress('localhost', '93.184.216.34', rules)).not.toBeNull();
  });

  // Those of Python's `ipaddress` that are not global, and what stands for them.
  it.each([
    '0.0.0.0',
    '10.255.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.31.0.1',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:192.168.1.1',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    'fd00::1',
    'fe80::1%eth0',
    'ff02::1',
    '2001:db8::1',
  ])('%s is not public', (address) => {
    expect(isPublic(address)).toBe(false);
  });

  it.each(['8.8.8.8', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808'])(
    '%s is public',
    (address) => {
      expect(isPublic(address)).toBe(true);
      expect(isLoopback(address)).toBe(false);
    },
  );
});
