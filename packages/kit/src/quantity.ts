/**
 * Kubernetes quantities (`500m`, `1.5Gi`, `2e3`) as plain numbers of their base unit: cores, bytes, pieces. A double holds
 * every quantity people write exactly enough: bytes up to 8 PiB, CPU down to a nanocore.
 */
const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

const form = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i))?$/

/** The value, or undefined when `text` is no quantity. */
export function quantityOf(text: string): number | undefined {
  const found = form.exec(text)
  if (!found) return undefined
  const [, digits, exponent, suffix] = found
  if (exponent) return Number(`${digits}${exponent}`)
  const factor = factors[suffix ?? '']!
  // Dividing by a whole number rounds once where multiplying by 0.001 would round twice.
  return factor < 1 ? Number(digits) / Math.round(1 / factor) : Number(digits) * factor
}

/** Cores as Kubernetes writes them: `2`, `500m`. Rounded up to a whole millicore, as the scheduler counts. */
export function cpuText(cores: number): string {
  const milli = Math.ceil(Number((cores * 1000).toFixed(6)))
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`
}

/** Bytes in the largest binary unit that divides them: `256Mi`, `1536Mi`, `1000`. Rounded up to a whole byte. */
export function bytesText(bytes: number): string {
  const whole = Math.ceil(bytes)
  for (const unit of ['Ei', 'Pi', 'Ti', 'Gi', 'Mi', 'Ki']) {
    const size = factors[unit]!
    if (whole !== 0 && whole % size === 0) return `${whole / size}${unit}`
  }
  return String(whole)
}
