import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { issue, type Pair, type Wanted } from './issue.ts'

export interface PkiOptions<Name extends string> {
  /** Holds `<id>.crt` and `<id>.key`, all 0600. */
  folder: string
  /** DNS names and addresses the API answers at. */
  dnsNames: readonly string[]
  addresses: readonly string[]
  /** Client certificates: user and groups of each. */
  clients: Readonly<Record<Name, { user: string; groups: readonly string[] }>>
  now: Date
}

export interface Pki<Name extends string> {
  /** Certificate of the authority, PEM: what clients and pods trust. */
  ca: string
  serving: Pair
  clients: Readonly<Record<Name, Pair>>
  /** Signs service account tokens: RSA private key, PEM. */
  serviceAccountKey: string
}

const day = 24 * 3600_000
const authorityDays = 3650
const leafDays = 730
/** A certificate with less than this is made anew: a process that read the old one has a year to be restarted. */
const renewLeaf = 365 * day
/** No certificate may outlive its authority. */
const renewAuthority = leafDays * day

/** The names under which pods and people reach the API, besides those of the machine. */
export const apiNames = (clusterDomain: string) => [
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  `kubernetes.default.svc.${clusterDomain}`,
  'localhost',
]

/**
 * The certificates and keys of an instance: read from the folder; what is missing, near its end or no longer right
 * (another address) is made. The authority is kept for eight years; making it anew makes everything anew.
 */
export async function openPki<Name extends string>(options: PkiOptions<Name>): Promise<Pki<Name>> {
  const { folder, now } = options
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const authority = await openAuthority(folder, now)
  const leaves = leavesOf(options)
  const pairs = new Map<string, Pair>()
  const missing: Wanted[] = []
  for (const leaf of leaves) {
    const pair = readPair(folder, leaf.id)
    if (pair && isGood(pair.cert, leaf, authority, now)) pairs.set(leaf.id, pair)
    else missing.push(leaf)
  }
  if (missing.length > 0) {
    const made = await issue({ wanted: missing, authority, now })
    for (const [id, pair] of Object.entries(made)) pairs.set(id, writePair(folder, id, pair))
  }
  const clients = Object.fromEntries(
    Object.keys(options.clients).map((name) => [name, pairs.get(`client-${name}`)!]),
  ) as Record<Name, Pair>
  return { ca: authority.cert, serving: pairs.get('serving')!, clients, serviceAccountKey: signingKey(folder) }
}

async function openAuthority(folder: string, now: Date): Promise<Pair> {
  const found = readPair(folder, 'ca')
  if (found && Date.parse(new X509Certificate(found.cert).validTo) - now.getTime() > renewAuthority) return found
  const wanted: Wanted = { id: 'ca', commonName: 'sampan-ca', use: 'authority', days: authorityDays }
  const made = await issue({ wanted: [wanted], now })
  return writePair(folder, 'ca', made.ca!)
}

function leavesOf({ dnsNames, addresses, clients }: PkiOptions<string>): Wanted[] {
  return [
    { id: 'serving', commonName: 'kube-apiserver', use: 'server', dnsNames, addresses, days: leafDays },
    ...Object.entries(clients).map(
      ([name, { user, groups }]): Wanted => ({
        id: `client-${name}`,
        commonName: user,
        organizations: groups,
        use: 'client',
        days: leafDays,
      }),
    ),
  ]
}

function isGood(pem: string, wanted: Wanted, authority: Pair, now: Date): boolean {
  const cert = new X509Certificate(pem)
  if (Date.parse(cert.validTo) - now.getTime() < renewLeaf) return false
  const signer = new X509Certificate(authority.cert)
  if (!cert.checkIssued(signer) || !cert.verify(signer.publicKey)) return false
  const subject = [...(wanted.organizations ?? []).map((one) => `O=${one}`), `CN=${wanted.commonName}`]
  if (cert.subject.split('\n').toSorted().join('\n') !== subject.toSorted().join('\n')) return false
  return (
    (wanted.dnsNames ?? []).every((name) => cert.checkHost(name) !== undefined) &&
    (wanted.addresses ?? []).every((address) => cert.checkIP(address) !== undefined)
  )
}

/** The authority of the cluster with its key, as it is now. Throws when there is none. */
export function authorityIn(folder: string): Pair {
  const pair = readPair(folder, 'ca')
  if (!pair) throw new Error(`there is no authority in ${folder}`)
  return pair
}

export function readPair(folder: string, id: string): Pair | undefined {
  const cert = read(join(folder, `${id}.crt`))
  const key = read(join(folder, `${id}.key`))
  return cert && key ? { cert, key } : undefined
}

export function writePair(folder: string, id: string, pair: Pair): Pair {
  write(join(folder, `${id}.key`), pair.key)
  write(join(folder, `${id}.crt`), pair.cert)
  return pair
}

function signingKey(folder: string): string {
  const path = join(folder, 'service-account.key')
  const found = read(path)
  if (found) return found
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  write(path, pem)
  return pem
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Whole or not at all: a half-written key would lock everybody out. */
function write(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}
