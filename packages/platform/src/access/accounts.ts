import { createHash, randomBytes } from 'node:crypto'
import type { Client } from '@sampan/client/client'
import { subjectAccessReview } from '@sampan/resources/authorization/subject-access-review'
import { secret } from '@sampan/resources/core/secret'
import { isReason, StatusError } from '@sampan/resources/errors'
import { type User, user } from '@sampan/resources/sampan/user'
import { systemNamespace } from '../config.ts'
import type { Access, Identity, Question } from './access.ts'
import { attempts } from './attempts.ts'
import { hashPassword, isPassword, newPassword, passwordProblem } from './passwords.ts'
import { checkToken, listTokens, makeToken, revokeToken, tokenId, userLabel } from './tokens.ts'

/** Users, their passwords and tokens. Everything is kept in the cluster; only short-lived copies are in memory. */
export interface Accounts extends Access {
  /** Throws Invalid for a bad password. `expect: 'new'` throws AlreadyExists when the user is there. */
  create(given: { name: string; password: string; title?: string; email?: string; groups?: string[] }): Promise<User>
  /** Ends all sessions of the user, so that a stolen one dies with the old password. */
  setPassword(name: string, password: string): Promise<void>
  remove(name: string): Promise<void>
  issue(of: {
    user: string
    use: 'session' | 'token'
    title?: string
    expiresAt?: number
  }): Promise<{ token: string; id: string }>
  revoke(token: string): Promise<void>
  revokeById(owner: string, id: string): Promise<void>
  /** Credentials are looked at anew from now on: one of them has ended by another way than these. */
  doubt(): void
}

/** For so long a checked credential is believed without asking again, in milliseconds. */
const believeMs = 5000
const believePasswordMs = 60_000

export function createAccounts({ client, now }: { client: Client; now: () => Date }): Accounts {
  const tries = attempts()
  const believed = new Map<string, { who: Identity; until: number }>()
  // Hashed against when there is no such user, so that names cannot be told from the time an answer takes.
  let dummy: Promise<string> | undefined
  // Keys of `believed` are keyed hashes: a copy of this map is no list of credentials.
  const pepper = randomBytes(16)
  const keyOf = (...parts: string[]) => createHash('sha256').update(pepper).update(parts.join('\0')).digest('base64')

  function remember(key: string, who: Identity, forMs: number) {
    if (believed.size > 1000) believed.clear()
    believed.set(key, { who, until: now().getTime() + forMs })
    return who
  }
  const recall = (key: string) => {
    const found = believed.get(key)
    return found && found.until > now().getTime() ? found.who : undefined
  }

  async function identityOf(name: string): Promise<Identity | undefined> {
    const found = await client.find(user, { name })
    if (!found || found.spec.disabled) return undefined
    return { name, groups: [...(found.spec.groups ?? []), 'system:authenticated'] }
  }

  async function byToken(token: string) {
    const key = keyOf('token', token)
    const known = recall(key)
    if (known) return known
    const record = await checkToken(client, token, now())
    const who = record && (await identityOf(record.user))
    return who && remember(key, who, believeMs)
  }

  async function byPassword(name: string, password: string) {
    if (password.startsWith('spt_')) {
      const who = await byToken(password)
      return who && (name === who.name || name === '' || name === 'token') ? who : undefined
    }
    const key = keyOf('password', name, password)
    const known = recall(key)
    if (known) return known
    const pause = tries.pauseMs(name, now().getTime())
    if (pause > 0) {
      throw new StatusError(
        'TooManyRequests',
        `Too many wrong passwords for "${name}": wait ${Math.ceil(pause / 1000)} seconds and try again.`,
        { retryAfterSeconds: Math.ceil(pause / 1000) },
      )
    }
    const stored = await client.find(secret, { namespace: systemNamespace, name: passwordName(name) })
    dummy ??= hashPassword(newPassword())
    const hash = stored?.data?.hash ? Buffer.from(stored.data.hash, 'base64').toString() : await dummy
    const isRight = await isPassword(password, hash)
    const who = isRight && stored ? await identityOf(name) : undefined
    if (!who) {
      tries.failed(name, now().getTime())
      return undefined
    }
    tries.succeeded(name)
    return remember(key, who, believePasswordMs)
  }

  async function writePassword(name: string, password: string) {
    const problem = passwordProblem(password)
    if (problem) throw new StatusError('Invalid', problem)
    const data = { hash: Buffer.from(await hashPassword(password)).toString('base64') }
    await client.apply(
      secret,
      {
        metadata: { name: passwordName(name), namespace: systemNamespace, labels: { [userLabel]: name } },
        type: 'sampan.dev/password',
        data,
      },
      { fieldManager: 'sampan-access', force: true },
    )
  }

  return {
    byToken,
    byPassword,
    may: (who, question) => may(client, who, question),
    async create({ name, password, title, email, groups = [] }) {
      if (await client.find(user, { name })) {
        throw new StatusError('AlreadyExists', `There is already a user "${name}": choose another name.`)
      }
      await writePassword(name, password)
      return client.create(user, { metadata: { name }, spec: { title, email, groups } })
    },
    async setPassword(name, password) {
      await client.get(user, { name })
      await writePassword(name, password)
      for (const { id, use } of await listTokens(client, name)) if (use === 'session') await revokeToken(client, id)
      believed.clear()
    },
    async remove(name) {
      await client.remove(user, { name })
      for (const { id } of await listTokens(client, name)) await revokeToken(client, id)
      await client.remove(secret, { namespace: systemNamespace, name: passwordName(name) }).catch((error: unknown) => {
        if (!isReason(error, 'NotFound')) throw error
      })
      believed.clear()
    },
    issue: (of) => makeToken(client, of),
    async revoke(token) {
      const id = tokenId(token)
      if (id) await revokeToken(client, id)
      believed.delete(keyOf('token', token))
    },
    async revokeById(owner, id) {
      const mine = await listTokens(client, owner)
      if (!mine.some((one) => one.id === id)) {
        throw new StatusError('NotFound', `You have no token "${id}": see the list of your tokens.`)
      }
      await revokeToken(client, id)
      believed.clear()
    },
    doubt: () => believed.clear(),
  }
}

const passwordName = (name: string) => `user-${name}`

async function may(client: Client, who: Identity, { subresource, ...question }: Question): Promise<boolean> {
  const review = await client.create(subjectAccessReview, {
    metadata: { name: '' },
    spec: {
      user: who.name,
      groups: [...who.groups],
      resourceAttributes: { ...question, ...(subresource && { subresource }) },
    },
  })
  return review.status?.allowed === true
}
