import { ipv4Number, isCidr } from '@sampan/kit/ip'

/**
 * IPv4 ranges as nft takes them in one set: valid, without bits after the prefix, none inside another. What is no IPv4
 * range is left out.
 */
export function disjointRanges(cidrs: readonly string[]): string[] {
  const ranges = cidrs
    .map((text) => text.trim())
    .filter((text) => isCidr(text) && !text.includes(':'))
    .map((text) => {
      const [base = '', bits = '32'] = text.split('/')
      const size = 2 ** (32 - Number(bits))
      const from = Math.floor(ipv4Number(base) / size) * size
      return { cidr: plainRange(text), from, to: from + size }
    })
  return ranges
    .filter(({ from, to }, i) =>
      ranges.every(
        (other, j) =>
          i === j || other.from > from || other.to < to || (other.from === from && other.to === to && j > i),
      ),
    )
    .map(({ cidr }) => cidr)
}

/** `10.0.0.5/8` as `10.0.0.0/8`. */
function plainRange(cidr: string): string {
  const [base = '', bits = '32'] = cidr.split('/')
  const size = 2 ** (32 - Number(bits))
  const from = Math.floor(ipv4Number(base) / size) * size
  return `${[24, 16, 8, 0].map((shift) => Math.floor(from / 2 ** shift) % 256).join('.')}/${bits}`
}
