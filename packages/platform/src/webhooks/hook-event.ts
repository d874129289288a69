import type { CodeHost } from '@sampan/resources/sampan/app'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'

type Commit = Partial<Pipeline['spec']['commit']>

/** What a host told, in words that are the same for all of them. */
export type HookEvent =
  | { kind: 'ping' }
  /** Nothing that starts anything; `why` is told to the host, which shows it to whoever set the hook up. */
  | { kind: 'ignored'; why: string }
  | {
      kind: 'push'
      /** `refs/heads/…` or `refs/tags/…` */
      ref: string
      /** Undefined where the host does not say it (Gogs, for tags). */
      sha?: string
      before?: string
      /** Of a tag: the branch it was made on, when the host tells. */
      base?: string
      commit: Commit
      by?: string
    }
  | { kind: 'delete'; ref: string }
  | {
      kind: 'pull_request'
      action: 'opened' | 'synchronized' | 'reopened' | 'closed'
      number: number
      title: string
      /** As `refs/pull/7/head`. */
      ref: string
      sha?: string
      before?: string
      source: string
      target: string
      fork: boolean
      commit: Commit
      by?: string
    }
  | {
      kind: 'deployment'
      sha: string
      ref: string
      target: string
      parameters: Record<string, string>
      by?: string
      message?: string
    }

export interface Hook {
  host: CodeHost
  /** Names the delivery; the same for a repeated one. */
  delivery?: string
  event: HookEvent
  /** Where the host says its repository can be cloned. */
  cloneUrl?: string
  /** `owner/name`, as the host's API wants it. */
  repository?: string
}

/** JSON of which nothing is known: fields are asked for one at a time. */
export type Json = { readonly [key: string]: unknown }

/** A field deep inside, by path; undefined where anything on the way is missing. */
export function at(json: unknown, ...path: string[]): unknown {
  let value = json
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Json)[key]
  }
  return value
}

export const textAt = (json: unknown, ...path: string[]): string | undefined => {
  const value = at(json, ...path)
  return typeof value === 'string' && value !== '' ? value : undefined
}

export const numberAt = (json: unknown, ...path: string[]): number | undefined => {
  const value = at(json, ...path)
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined
}

export const listAt = (json: unknown, ...path: string[]): unknown[] => {
  const value = at(json, ...path)
  return Array.isArray(value) ? value : []
}

/** A commit id, or undefined for anything else, zeros included. */
export const shaAt = (json: unknown, ...path: string[]): string | undefined => {
  const value = textAt(json, ...path)
  return value && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(value) && !/^0+$/.test(value) ? value : undefined
}

export const isZero = (value: unknown) => typeof value === 'string' && /^0{40}(0{24})?$/.test(value)

/** RFC 3339, or undefined where it cannot be read. */
export const timeAt = (json: unknown, ...path: string[]): string | undefined => {
  const value = textAt(json, ...path)
  const time = value === undefined ? Number.NaN : Date.parse(value)
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().replace('.000', '')
}

/** Names of refs that git would take and that are safe to hand on. */
export const isRefName = (ref: string) =>
  ref.length <= 255 && /^refs\/[^\s~^:?*[\\]+$/.test(ref) && !/\.\.|\/\/|@\{|\.lock(\/|$)|\/\.|\/$|\.$/.test(ref)
