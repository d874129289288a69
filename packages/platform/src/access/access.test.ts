import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { memoryClient } from '@sampan/client/memory-client'
import { secret } from '@sampan/resources/core/secret'
import { user } from '@sampan/resources/sampan/user'
import { createAccounts } from './accounts.ts'
import { attempts } from './attempts.ts'
import { ensureAdmin } from './first-admin.ts'
import { hashPassword, isPassword, newPassword, passwordProblem } from './passwords.ts'
import { sweepTokens } from './tokens.ts'

function accountsAt(start = '2026-01-01T00:00:00Z') {
  const client = memoryClient()
  let time = new Date(start)
  const now = () => time
  return {
    client,
    accounts: createAccounts({ client, now }),
    pass(ms: number) {
      time = new Date(time.getTime() + ms)
    },
    now,
  }
}

test('a password is kept as a hash that only it fits', async () => {
  const hash = await hashPassword('correct horse')
  assert.match(hash, /^scrypt\$\d+\$8\$1\$/)
  assert.equal(await isPassword('correct horse', hash), true)
  assert.equal(await isPassword('correct horsf', hash), false)
  assert.equal(await isPassword('x', 'plain$x'), false)
  assert.notEqual(hash, await hashPassword('correct horse'))
})

test('a made password is long, and no two are the same', () => {
  assert.match(newPassword(), /^[a-zA-Z2-9]{20}$/)
  assert.notEqual(newPassword(), newPassword())
})

const chosen: [password: string, says?: RegExp][] = [
  ['a good password'],
  ['short', /too short/],
  ['aaaaaaaaaaaaaa', /too few/],
  ['x'.repeat(201), /too long/],
]
for (const [password, says] of chosen) {
  test(`password "${password.slice(0, 20)}" is ${says ? 'refused' : 'taken'}`, () => {
    if (says) assert.match(passwordProblem(password) ?? '', says)
    else assert.equal(passwordProblem(password), undefined)
  })
}

test('a token works until it is revoked, and its text is stored nowhere', async () => {
  const { client, accounts } = accountsAt()
  await accounts.create({ name: 'ann', password: 'correct horse', groups: ['sampan:admins'] })
  const { token } = await accounts.issue({ user: 'ann', use: 'token', title: 'ci' })
  assert.deepEqual(await accounts.byToken(token), { name: 'ann', groups: ['sampan:admins', 'system:authenticated'] })
  assert.equal(await accounts.byToken(`${token.slice(0, -1)}x`), undefined)
  const stored = JSON.stringify(await client.list(secret))
  assert.ok(!stored.includes(token.slice('spt_0123456789abcdef_'.length)) && !stored.includes('correct horse'))
  await accounts.revoke(token)
  assert.equal(await accounts.byToken(token), undefined)
})

test('a token runs out', async () => {
  const { client, accounts, pass, now } = accountsAt()
  await accounts.create({ name: 'ann', password: 'correct horse' })
  const { token } = await accounts.issue({ user: 'ann', use: 'session', expiresAt: now().getTime() + 60_000 })
  assert.ok(await accounts.byToken(token))
  pass(61_000)
  assert.equal(await accounts.byToken(token), undefined)
  await sweepTokens(client, now())
  assert.equal((await client.list(secret, { labels: 'sampan.dev/token-use' })).items.length, 0)
})

test('a token stands in for the password', async () => {
  const { accounts } = accountsAt()
  await accounts.create({ name: 'ann', password: 'correct horse' })
  const { token } = await accounts.issue({ user: 'ann', use: 'token' })
  assert.equal((await accounts.byPassword('ann', token))?.name, 'ann')
  assert.equal(await accounts.byPassword('bob', token), undefined)
})

test('who is disabled or removed is nobody', async () => {
  const { client, accounts, pass } = accountsAt()
  await accounts.create({ name: 'ann', password: 'correct horse' })
  const { token } = await accounts.issue({ user: 'ann', use: 'token' })
  await client.patch(user, { name: 'ann' }, { spec: { disabled: true } })
  pass(10_000)
  assert.equal(await accounts.byToken(token), undefined)
  assert.equal(await accounts.byPassword('ann', 'correct horse'), undefined)
  await client.patch(user, { name: 'ann' }, { spec: { disabled: false } })
  await accounts.remove('ann')
  assert.equal(await accounts.byToken(token), undefined)
  assert.equal((await client.list(secret)).items.length, 0, 'nothing is left of her')
})

test('wrong passwords slow down, a good one forgives', async () => {
  const { accounts, pass } = accountsAt()
  await accounts.create({ name: 'ann', password: 'correct horse' })
  for (let i = 0; i < 5; i++) assert.equal(await accounts.byPassword('ann', 'guess'), undefined)
  await assert.rejects(accounts.byPassword('ann', 'correct horse'), {
    reason: 'TooManyRequests',
    message: /wait 1 seconds/,
  })
  pass(1100)
  assert.ok(await accounts.byPassword('ann', 'correct horse'))
  assert.equal(await accounts.byPassword('ann', 'guess'), undefined)
})

test('pauses double up to a minute and are forgotten one key at a time', () => {
  const tries = attempts({ most: 2 })
  for (let i = 0; i < 30; i++) tries.failed('a', 0)
  assert.equal(tries.pauseMs('a', 0), 60_000)
  tries.failed('b', 0)
  tries.failed('c', 0)
  assert.equal(tries.pauseMs('a', 0), 0, 'the oldest made room')
})

test('the first start makes an administrator; later ones leave everything', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sampan-access-'))
  try {
    const { client, accounts } = accountsAt()
    const files = { password: join(folder, 'admin-password'), token: join(folder, 'admin-token') }
    await ensureAdmin(client, accounts, files)
    const password = (await readFile(files.password, 'utf8')).trim()
    const token = await readFile(files.token, 'utf8')
    assert.equal((await accounts.byPassword('admin', password))?.groups[0], 'sampan:admins')
    assert.equal((await accounts.byToken(token.trim()))?.name, 'admin')
    assert.deepEqual(
      [(await stat(files.password)).mode & 0o777, (await stat(files.token)).mode & 0o777],
      [0o600, 0o600],
    )
    const writes = client.writes.length
    await ensureAdmin(client, accounts, files)
    assert.equal(client.writes.length, writes)
    await writeFile(files.token, 'rubbish\n')
    await ensureAdmin(client, accounts, files)
    assert.equal((await accounts.byToken((await readFile(files.token, 'utf8')).trim()))?.name, 'admin')
  } finally {
    await rm(folder, { recursive: true })
  }
})
