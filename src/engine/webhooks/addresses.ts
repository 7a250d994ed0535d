/** Which addresses of the network are public, and which are this machine's own. Pure. */
import { BlockList, isIPv6 } from 'node:net';

/** What the registries of IANA for special addresses have as not globally reachable, and groups of receivers. */
const NOT_PUBLIC = {
  ipv4: [
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.88.99.0/24',
    '192.168.0.0/16',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '224.0.0.0/4',
    '240.0.0.0/4',
  ],
  ipv6: [
    '::/96',
    '64:ff9b::/96', // but see embedded
    '64:ff9b:1::/48',
    '100::/64',
    '2001::/23',
    '2001:db8::/32',
    '2002::/16',
    '3fff::/20',
    '5f00::/16',
    'fc00::/7',
    'fe80::/10',
    'fec0::/10',
    'ff00::/8',
  ],
} as const;

const notPublic = new BlockList();
for (const family of ['ipv4', 'ipv6'] as const)
  for (const range of NOT_PUBLIC[family]) {
    const [network = '', prefix] = range.split('/');
    notPublic.addSubnet(network, Number(prefix), family);
  }

export function isPublic(address: string): boolean {
  const plain = embedded(address);
  return !notPublic.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
}

export function isLoopback(address: string): boolean {
  const plain = embedded(address);
  return plain === '::1' || plain.startsWith('127.');
}

/** The IPv4 address that an IPv6 address stands for: one that is mapped, or one behind a NAT64 gateway. */
function embedded(address: string): string {
  if (!isIPv6(address)) return address;
  const [bare = ''] = address.split('%');
  const canonical = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const [, high, low] = /^(?:::ffff|64:ff9b:):([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(canonical) ?? [];
  if (high === undefined || low === undefined) return canonical;
  const halves = [high, low].map((half) => Number.parseInt(half, 16));
  return halves.flatMap((half) => [half >> 8, half & 255]).join('.');
}
