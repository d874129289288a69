import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export interface Kubectl {
  /** `1.33`. */
  version: string
  /** 33. */
  minor: number
  path: string
}

/** What the suite is made for; one that the machine lacks is reported as skipped. */
export const expectedVersions = ['1.20', '1.27', '1.28', '1.29', '1.30', '1.31', '1.32', '1.33', '1.36']

/**
 * Every kubectl of the machine, one per version, oldest first: those on the PATH, those of the Google Cloud SDK, and the
 * files in `KUBECTLS` (separated like a PATH).
 */
export function allKubectls(): Kubectl[] {
  const sdk = '/usr/lib/google-cloud-sdk/bin'
  const files = [
    ...(process.env.KUBECTLS ?? '').split(delimiter),
    ...Array.from({ length: 30 }, (_, i) => join(sdk, `kubectl.1.${i + 20}`)),
    ...(process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'kubectl')),
  ]
  const found = new Map<string, Kubectl>()
  for (const path of files) {
    if (!path || !existsSync(path)) continue
    const { major, minor: text } = JSON.parse(
      execFileSync(path, ['version', '--client', '--output=json'], { encoding: 'utf8' }),
    ).clientVersion
    const minor = Number.parseInt(text, 10)
    const version = `${major}.${minor}`
    if (!found.has(version)) found.set(version, { version, minor, path })
  }
  return [...found.values()].sort((a, b) => a.minor - b.minor)
}
