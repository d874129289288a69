import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net'
import type { Overload } from '../ast.ts'
import { CelError, List, LiteralMap, Opaque, type Value } from '../values.ts'
import { first, overload, traversal } from './define.ts'

interface Address {
  family: 4 | 6
  bytes: readonly number[]
}
interface Range extends Address {
  prefix: number
}
type Ip = Opaque<Address>
type Cidr = Opaque<Range>

/** Kubernetes takes no zones, no leading zeros and no IPv4 in IPv6's clothes. */
function addressFrom(text: string): Address | undefined {
  if (text.includes('%') || (text.includes(':') && text.includes('.'))) return undefined
  if (isIPv4(text)) return { family: 4, bytes: text.split('.').map(Number) }
  if (!isIPv6(text)) return undefined
  const [head = '', tail] = text.split('::')
  const words = (part: string | undefined) => (part ? part.split(':').map((one) => Number.parseInt(one, 16)) : [])
  const before = words(head)
  const after = words(tail)
  const all = [...before, ...Array<number>(Math.max(0, 8 - before.length - after.length)).fill(0), ...after]
  return { family: 6, bytes: all.flatMap((word) => [word >> 8, word & 255]) }
}

function textOf({ family, bytes }: Address): string {
  if (family === 4) return bytes.join('.')
  const words = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16))
  let best = { start: -1, size: 1 }
  for (let start = 0; start < 8; start++) {
    let size = 0
    while (start + size < 8 && words[start + size] === '0') size++
    if (size > best.size) best = { start, size }
  }
  if (best.start === -1) return words.join(':')
  return `${words.slice(0, best.start).join(':')}::${words.slice(best.start + best.size).join(':')}`
}

const same = (a: Address, b: Address) => a.family === b.family && a.bytes.every((byte, i) => byte === b.bytes[i])
const ipOf = (address: Address): Ip => new Opaque('net.IP', address, textOf(address), (other) => same(address, other))
const cidrOf = (range: Range): Cidr =>
  new Opaque(
    'net.CIDR',
    range,
    `${textOf(range)}/${range.prefix}`,
    (other) => same(range, other) && range.prefix === other.prefix,
  )

function ip(text: string): Ip {
  const found = addressFrom(text)
  if (!found) throw new CelError(`IP Address '${text}' parse error during conversion from string: not an IP address`)
  return ipOf(found)
}

function rangeFrom(text: string): Range | undefined {
  const [where = '', bits = '', more] = text.split('/')
  const address = addressFrom(where)
  if (!address || more !== undefined || !/^(0|[1-9]\d{0,2})$/.test(bits)) return undefined
  const prefix = Number(bits)
  return prefix <= (address.family === 4 ? 32 : 128) ? { ...address, prefix } : undefined
}

function cidr(text: string): Cidr {
  const found = rangeFrom(text)
  if (!found)
    throw new CelError(`network address parse error during conversion from string: invalid CIDR address '${text}'`)
  return cidrOf(found)
}

const bitsOf = (bytes: readonly number[], count: number) =>
  bytes
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .slice(0, count)

const containsIp = ({ value: range }: Cidr, { value: address }: Ip) =>
  range.family === address.family && bitsOf(range.bytes, range.prefix) === bitsOf(address.bytes, range.prefix)
const containsCidr = (outer: Cidr, inner: Cidr) =>
  outer.value.prefix <= inner.value.prefix &&
  containsIp(outer, ipOf({ family: inner.value.family, bytes: inner.value.bytes }))

function masked({ value: range }: Cidr): Cidr {
  const bytes = range.bytes.map((byte, i) => {
    const keep = Math.min(8, Math.max(0, range.prefix - 8 * i))
    return byte & (0xff << (8 - keep)) & 0xff
  })
  return cidrOf({ ...range, bytes })
}

const within = (cidrs: readonly string[]) => {
  const list = new BlockList()
  for (const one of cidrs) {
    const [address, prefix] = one.split('/')
    list.addSubnet(address!, Number(prefix), isIP(address!) === 4 ? 'ipv4' : 'ipv6')
  }
  return ({ text, value }: Ip) => list.check(text, value.family === 4 ? 'ipv4' : 'ipv6')
}
const isLoopback = within(['127.0.0.0/8', '::1/128'])
const isLinkLocal = within(['169.254.0.0/16', 'fe80::/10'])
const isLinkLocalMulticast = within(['224.0.0.0/24', 'ff02::/16'])
const isMulticast = within(['224.0.0.0/4', 'ff00::/8'])
const isNowhere = within(['0.0.0.0/32', '::/128'])
const isGlobal = (one: Ip) =>
  !isNowhere(one) && !isLoopback(one) && !isMulticast(one) && !isLinkLocal(one) && one.text !== '255.255.255.255'

const checks: [string, (ip: Ip) => boolean][] = [
  ['isUnspecified', isNowhere],
  ['isLoopback', isLoopback],
  ['isLinkLocalUnicast', isLinkLocal],
  ['isLinkLocalMulticast', isLinkLocalMulticast],
  ['isGlobalUnicast', isGlobal],
]

const ofRange = { cost: () => traversal(16, 2) }

function url(text: string): Opaque<string> {
  const fail = (): never => {
    throw new CelError(
      `URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`,
    )
  }
  if (/[\s\p{Cc}]/u.test(text) || text === '') return fail()
  if (text.startsWith('/')) return new Opaque('kubernetes.URL', text, text)
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(text) || !URL.canParse(text)) return fail()
  return new Opaque('kubernetes.URL', text, text)
}

/** The parts of an address as they were written: `URL` would tidy them up. */
function partsOf({ text }: Opaque) {
  const found = /^(?:([^:/?#]+):)?(?:\/\/(?:[^/?#@]*@)?([^/?#]*))?([^?#]*)(?:\?([^#]*))?/.exec(text)!
  const [, scheme = '', host = '', path = '', query = ''] = found
  const port = /:(\d*)$/.exec(host.replace(/^\[.*\]/, ''))?.[1] ?? ''
  const name = host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.replace(/:\d*$/, '')
  return { scheme, host, name, port, path, query }
}

function queryOf(one: Opaque): LiteralMap {
  const all = new Map<string, string[]>()
  for (const [key, value] of new URLSearchParams(partsOf(one).query)) all.set(key, [...(all.get(key) ?? []), value])
  const map = new LiteralMap()
  for (const [key, values] of all) map.add(key, new List(values))
  return map
}

const works = (make: (text: string) => Value) => (text: string) => {
  try {
    make(text)
    return true
  } catch (error) {
    if (error instanceof CelError) return false
    throw error
  }
}

/** Addresses: URLs, IPs and ranges of them. */
export const network = (): Overload[] => [
  overload('url', '(string) kubernetes.URL', url, first),
  overload('isURL', '(string) bool', works(url), first),
  overload('getScheme', 'kubernetes.URL.() string', (one: Opaque) => partsOf(one).scheme),
  overload('getHost', 'kubernetes.URL.() string', (one: Opaque) => partsOf(one).host),
  overload('getHostname', 'kubernetes.URL.() string', (one: Opaque) => partsOf(one).name),
  overload('getPort', 'kubernetes.URL.() string', (one: Opaque) => partsOf(one).port),
  overload('getEscapedPath', 'kubernetes.URL.() string', (one: Opaque) => partsOf(one).path),
  overload('getQuery', 'kubernetes.URL.() map<string, list<string>>', queryOf),
  overload('ip', '(string) net.IP', ip, first),
  overload('isIP', '(string) bool', works(ip), first),
  overload('ip.isCanonical', '(string) bool', (text: string) => ip(text).text === text, first),
  overload('family', 'net.IP.() int', ({ value }: Ip) => BigInt(value.family)),
  overload('string', '(net.IP) string', ({ text }: Ip) => text, { size: () => 45 }),
  ...checks.map(([name, check]) => overload(name, 'net.IP.() bool', check)),
  overload('cidr', '(string) net.CIDR', cidr, first),
  overload('isCIDR', '(string) bool', works(cidr), first),
  overload('ip', 'net.CIDR.() net.IP', ({ value }: Cidr) => ipOf(value)),
  overload('prefixLength', 'net.CIDR.() int', ({ value }: Cidr) => BigInt(value.prefix)),
  overload('masked', 'net.CIDR.() net.CIDR', masked),
  overload('string', '(net.CIDR) string', ({ text }: Cidr) => text, { size: () => 49 }),
  overload('containsIP', 'net.CIDR.(net.IP) bool', containsIp, ofRange),
  overload('containsIP', 'net.CIDR.(string) bool', (one: Cidr, text: string) => containsIp(one, ip(text)), ofRange),
  overload('containsCIDR', 'net.CIDR.(net.CIDR) bool', containsCidr, ofRange),
  overload(
    'containsCIDR',
    'net.CIDR.(string) bool',
    (one: Cidr, text: string) => containsCidr(one, cidr(text)),
    ofRange,
  ),
]
