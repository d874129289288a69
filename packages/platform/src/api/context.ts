import type { Caches } from '@sampan/client/caches'
import type { Client } from '@sampan/client/client'
import type { MetricsRegistry } from '@sampan/control/metrics'
import type { Log } from '@sampan/kit/log'
import type { Definition } from '@sampan/resources/define'
import type { KubeObject } from '@sampan/resources/meta'
import type { Accounts } from '../access/accounts.ts'
import type { PlatformConfig } from '../config.ts'
import type { Repositories } from '../git/repositories.ts'
import type { Git } from '../git/server.ts'
import type { ReadPipelineLog } from '../logs/pipeline-log.ts'
import type { Registry } from '../registry/registry.ts'
import type { Sources } from '../sources/sources.ts'

/** What the routes are made of. Reads come from the caches the controllers feed on: never behind our own writes. */
export interface ApiContext {
  /** As the platform itself: for what callers may see but not read, after the route asked for their right. */
  client: Client
  caches: Caches
  accounts: Accounts
  config: PlatformConfig
  log: Log
  now: () => Date
  metrics: MetricsRegistry
  readLog: ReadPipelineLog
  repositories: Repositories
  git: Pick<Git, 'intake' | 'pulls'>
  sources: Sources
  factsOf: Registry['factsOf']
  urlOf(host: string): string
  version: string
}

/** All objects of a kind as the caches have them. */
export const all = <T extends KubeObject>(
  { caches }: Pick<ApiContext, 'caches'>,
  kind: Definition<T>,
  namespace?: string,
) => caches.of(kind).list(namespace)

/** Resolves with what `look` gives as soon as it gives something, looking again at every change of `kinds`; undefined after `forMs`. */
export async function eventually<T>(
  { caches }: Pick<ApiContext, 'caches'>,
  kinds: readonly Definition<never>[],
  look: () => T | undefined,
  { forMs = 10_000, signal }: { forMs?: number; signal: AbortSignal },
): Promise<T | undefined> {
  const now = look()
  if (now !== undefined) return now
  const limit = AbortSignal.any([signal, AbortSignal.timeout(forMs)])
  return new Promise((resolve) => {
    const stops: (() => void)[] = []
    const end = (value: T | undefined) => {
      for (const stop of stops) stop()
      limit.removeEventListener('abort', late)
      resolve(value)
    }
    const late = () => end(look())
    const changed = () => {
      const value = look()
      if (value !== undefined) end(value)
    }
    limit.addEventListener('abort', late)
    for (const kind of kinds) stops.push(caches.of(kind).listen(changed))
    // A change between the first look and the listening.
    changed()
  })
}
