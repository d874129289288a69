import { X509Certificate } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { issue, type Pair } from './issue.ts'
import { readPair, writePair } from './pki.ts'

/** What this server shows to API servers behind it, and the authority they know it by. */
export interface FrontProxy {
  /** PEM: `requestheader-client-ca-file`. */
  ca: string
  client: Pair
}

/** The one name that authority signs: `requestheader-allowed-names`. */
export const frontProxyName = 'front-proxy-client'

const day = 24 * 3600_000

/**
 * An authority of its own, so that no client certificate of the cluster passes for this server. Read from the folder;
 * made anew when missing or within a year of its end.
 */
export async function openFrontProxy(folder: string, now: Date): Promise<FrontProxy> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const ca = readPair(folder, 'front-proxy-ca')
  const client = readPair(folder, frontProxyName)
  if (ca && client && lasts(ca.cert, now) && lasts(client.cert, now)) return { ca: ca.cert, client }
  const made = await issue({
    wanted: [
      { id: 'ca', commonName: 'sampan-front-proxy-ca', use: 'authority', days: 3650 },
      { id: 'client', commonName: frontProxyName, use: 'client', days: 3650 },
    ],
    now,
  })
  return {
    ca: writePair(folder, 'front-proxy-ca', made.ca!).cert,
    client: writePair(folder, frontProxyName, made.client!),
  }
}

const lasts = (pem: string, now: Date) => Date.parse(new X509Certificate(pem).validTo) - now.getTime() > 365 * day
