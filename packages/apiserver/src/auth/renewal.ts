import type { Log } from '@sampan/kit/log'
import type { Pki } from './pki.ts'

interface RenewalOptions<Name extends string> {
  /** What is in use now. */
  current: Pki<Name>
  /** As `openPki`: gives the same again, or what had to be made anew. */
  open(): Promise<Pki<Name>>
  /** Puts new certificates to use. */
  use(pki: Pki<Name>): void
  /** Default: once a day. */
  everyMs?: number
  log: Log
  signal: AbortSignal
}

/** Looks every day whether certificates have to be renewed, for processes that are never restarted. */
export function keepCertificates<Name extends string>({
  current,
  open,
  use,
  everyMs = 24 * 3600_000,
  log,
  signal,
}: RenewalOptions<Name>): void {
  let used = current
  const look = async () => {
    try {
      const next = await open()
      if (next.serving.cert === used.serving.cert) return
      use(next)
      used = next
      log.info('certificates were renewed')
    } catch (error) {
      log.error('certificates could not be renewed; the next try is tomorrow', { error })
    }
  }
  const timer = setInterval(() => void look(), everyMs)
  timer.unref()
  signal.addEventListener('abort', () => clearInterval(timer), { once: true })
}
