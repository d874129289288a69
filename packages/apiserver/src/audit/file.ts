import { readFileSync } from 'node:fs'
import type { Log } from '@sampan/kit/log'
import { rotatingFile } from '@sampan/kit/rotating-file'
import { type Audit, createAudit } from './audit.ts'
import { defaultPolicy, policyFrom } from './policy.ts'

export interface AuditFileOptions {
  /** As `<home>/logs/audit.log`. */
  path: string
  /** A file with an `audit.k8s.io/v1` Policy; without it the default one. */
  policyFile?: string
  /** The system's own users, not kept by the default policy. */
  ownUsers?: readonly string[]
  log: Log
}

/** The audit log as a file that rotates: 6 × 20 MiB at most. Throws when the policy file cannot be used. */
export async function auditFile({
  path,
  policyFile,
  ownUsers = [],
  log,
}: AuditFileOptions): Promise<Audit & { close(): void }> {
  const policy = policyFile ? policyFrom(await parsed(policyFile)) : defaultPolicy(ownUsers)
  const file = rotatingFile({
    path,
    onLost: (lines, error) => log.error('audit lines could not be written', { path, lines, error }),
  })
  return { ...createAudit({ policy, write: (line) => file.write(line) }), close: () => file.close() }
}

async function parsed(file: string): Promise<unknown> {
  const { parse } = await import('yaml')
  return parse(readFileSync(file, 'utf8'))
}
