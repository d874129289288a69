import type { Cache } from '@sampan/client/cache'
import { caches as openCaches } from '@sampan/client/caches'
import type { Client } from '@sampan/client/client'
import type { Log } from '@sampan/kit/log'
import { secret } from '@sampan/resources/core/secret'
import type { User } from '@sampan/resources/sampan/user'
import { systemNamespace } from '../config.ts'
import { recordFrom, tokenId, tokenName, userLabel } from './tokens.ts'

/** What somebody came with: a token by its text, or name and password when there is none. */
export interface Credential {
  user: string
  token?: string
}

/** Says when a sign-in is over, however it ended: signed out, revoked, run out, another password, the user changed or gone. */
export interface SignIns {
  /** Calls `end` once, within half a second of `credential` being no longer good. Returns the way to stop waiting. */
  wait(credential: Credential, end: () => void): () => void
  close(): Promise<void>
}

interface Options {
  client: Client
  users: Cache<User>
  /** Called before any `end`, so that whoever comes again is looked at anew. */
  onEnd: () => void
  now: () => Date
  log: Log
}

interface Waiting {
  user: string
  /** Name of the token's Secret. */
  name?: string
  end: () => void
}

/** How often it is looked for tokens that ran out, in milliseconds. */
const lookMs = 10_000
const mostGone = 1000
/** What is just being answered still arrives, the answer to signing out among it, in milliseconds. */
const graceMs = 400

/** Follows the Secrets that tokens and passwords are kept in and the users: nobody has to tell of an end. */
export function followSignIns({ client, users, onEnd, now, log }: Options): SignIns {
  const held = openCaches({ client, log, only: { namespace: systemNamespace, labels: userLabel } })
  const kept = held.of(secret)
  const waiting = new Set<Waiting>()
  const ending = new Set<NodeJS.Timeout>()
  /** Names are never used again; the last of them, for those who were let in before the end and wait only after it. */
  const gone = new Set<string>()

  function endWhere(isOver: (one: Waiting) => boolean) {
    onEnd()
    for (const one of [...waiting].filter(isOver)) {
      waiting.delete(one)
      over(one.end)
    }
  }

  function over(end: () => void) {
    const timer = setTimeout(() => {
      ending.delete(timer)
      end()
    }, graceMs)
    ending.add(timer)
  }

  function endToken(name: string) {
    if (gone.size >= mostGone) gone.delete(gone.values().next().value!)
    gone.add(name)
    endWhere((one) => one.name === name)
  }

  const stops = [
    kept.listen((change) => {
      const { name, labels } = change.object.metadata
      const isOther =
        change.type === 'gone' ||
        (change.before !== undefined && JSON.stringify(change.before.data) !== JSON.stringify(change.object.data))
      if (!isOther) return
      if (change.object.type === 'sampan.dev/token') endToken(name)
      else endWhere((one) => one.name === undefined && one.user === labels?.[userLabel])
    }),
    users.listen((change) => {
      const isOther =
        change.type === 'gone' ||
        change.object.spec.disabled === true ||
        (change.before !== undefined && String(change.before.spec.groups) !== String(change.object.spec.groups))
      if (isOther) endWhere(({ user }) => user === change.object.metadata.name)
    }),
  ]
  const clock = setInterval(() => {
    const at = now().getTime()
    for (const { name } of [...waiting]) {
      const found = name && kept.get({ namespace: systemNamespace, name })
      if (found && (recordFrom(found).expiresAt ?? Number.POSITIVE_INFINITY) <= at) endToken(found.metadata.name)
    }
  }, lookMs).unref()

  return {
    wait({ user, token }, end) {
      const id = token && tokenId(token)
      const one = { user, ...(id && { name: tokenName(id) }), end }
      if (one.name && gone.has(one.name)) over(end)
      else waiting.add(one)
      return () => waiting.delete(one)
    },
    async close() {
      clearInterval(clock)
      for (const timer of ending) clearTimeout(timer)
      for (const stop of stops) stop()
      waiting.clear()
      await held.close()
    },
  }
}
