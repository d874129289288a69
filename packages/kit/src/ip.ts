/** IPv4 in four plain decimal parts, without leading zeros. */
export const isIPv4 = (text: string) => {
  const parts = text.split('.')
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
}

/** IPv6 in any of its written forms, without a zone. */
export function isIPv6(text: string): boolean {
  const dotted = /^(.*:)(\d[\d.]*)$/.exec(text)
  if (dotted?.[2]?.includes('.')) return isIPv4(dotted[2]) && isIPv6(`${dotted[1]}0:0`)
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false
  return halves.length === 2 ? groups.length <= 7 : groups.length === 8
}

/** The one text among an address's many: lower case, the longest run of zeros left out. Throws `RangeError` on no address. */
export function canonicalIP(text: string): string {
  if (isIPv4(text)) return text
  if (!isIPv6(text)) throw new RangeError(`${JSON.stringify(text)} is not an IP address`)
  return new URL(`http://[${text}]`).hostname.slice(1, -1)
}

export const isIP = (text: string) => isIPv4(text) || isIPv6(text)

/** `10.0.0.0/8` or `fd00::/64`; bits after the prefix may be set. */
export function isCidr(text: string): boolean {
  const slash = text.lastIndexOf('/')
  const bits = text.slice(slash + 1)
  if (slash < 0 || !/^(0|[1-9]\d{0,2})$/.test(bits)) return false
  const address = text.slice(0, slash)
  return isIPv4(address) ? Number(bits) <= 32 : isIPv6(address) && Number(bits) <= 128
}

/** Not for IPv6. Throws `RangeError` on anything that is no IPv4 address. */
export function ipv4Number(text: string): number {
  if (!isIPv4(text)) throw new RangeError(`${JSON.stringify(text)} is not an IPv4 address`)
  return text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}

export const ipv4Text = (value: number) => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.')

/** Whether an IPv4 address lies in an IPv4 CIDR. */
export function isInCidr(address: string, cidr: string): boolean {
  if (!isIPv4(address) || !isCidr(cidr)) return false
  const [base, bits] = cidr.split('/') as [string, string]
  if (!isIPv4(base)) return false
  const size = 2 ** (32 - Number(bits))
  return Math.floor(ipv4Number(address) / size) === Math.floor(ipv4Number(base) / size)
}
